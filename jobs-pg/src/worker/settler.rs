//! Writes outcomes. What gathers while a statement is in flight goes with the next one: no timer, no added latency when idle,
//! and few statements when busy.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Mutex, broadcast, mpsc};
use tokio::task::JoinHandle;
use tokio::time::sleep;
use uuid::Uuid;

use super::connections::Connections;
use super::outcome::{Ended, Kind, Write};
use super::{Wakeups, WorkPlan};
use crate::backoff::Backoff;
use crate::health::Health;
use crate::outage::Outage;
use crate::store::{Attempt, Failed, Store, with_timeout};
use pg_boss::error::{is_disconnected, is_lock_not_available, is_transient, is_unique_violation};

/// How many outcomes may wait; beyond it the attempts keep their slots, so that fetching does not run ahead of settling.
pub(crate) const WAITING: usize = 1_000;
/// How many bytes of outputs one statement takes, unless a single one has more.
const BYTES: usize = 4 << 20;
const FIRST_PAUSE: Duration = Duration::from_millis(50);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);
/// How often a write is tried before it is split: one of its outputs may be what breaks the connection.
const TRIES: u32 = 3;
/// How long a locked row is waited for at once; then it is seen which others are locked.
const LOCK_WAIT: Duration = Duration::from_secs(1);

/// The ids of jobs that were just settled, for those who wait for them in this process.
pub(crate) type Settled = broadcast::Sender<Arc<[Uuid]>>;

pub(crate) struct Settler {
    store: Arc<Store>,
    connections: Arc<Connections>,
    wakeups: Arc<Wakeups>,
    settled: Settled,
    /// The queues where the end of one job may be what another waits for.
    limited: HashSet<Arc<str>>,
    outage: Outage,
    /// Outcomes that wait, most of them because another transaction has locked their rows.
    locked: Vec<Ended>,
    /// Waits for the rows of these. A task, as a statement that is given up half-way costs its connection.
    unlocking: Option<JoinHandle<()>>,
}

/// Outcomes that one statement writes, in key order.
#[derive(Debug)]
struct SettleBatch {
    kind: Kind,
    ended: Vec<Ended>,
    tries: u32,
}

/// The places in a batch that were settled, and in how many seconds the next attempt of each is due.
type Places = Vec<(usize, Option<f64>)>;

impl Settler {
    pub(crate) fn new(
        store: &Arc<Store>,
        connections: &Arc<Connections>,
        wakeups: &Arc<Wakeups>,
        settled: &Settled,
        plan: &WorkPlan,
        health: &Health,
    ) -> Self {
        let workers = plan.queues.values();
        let limited = workers.filter(|worker| worker.limits.is_some());
        Self {
            store: Arc::clone(store),
            connections: Arc::clone(connections),
            wakeups: Arc::clone(wakeups),
            settled: settled.clone(),
            limited: limited.map(|worker| Arc::clone(&worker.name)).collect(),
            outage: Outage::of("write the outcomes of jobs", health),
            locked: Vec::new(),
            unlocking: None,
        }
    }

    /// Writes outcomes until no more can come.
    pub(crate) async fn run(mut self, outcomes: Arc<Mutex<mpsc::Receiver<Ended>>>) {
        let mut outcomes = outcomes.lock().await;
        let mut gathered = Vec::with_capacity(WAITING);
        let mut is_closed = false;
        while !(is_closed && self.locked.is_empty()) {
            let mut batches = Vec::new();
            if !self.locked.is_empty() && self.unlocking.is_none() {
                self.unlocking = Some(tokio::spawn(self.outwait_locks()));
            }
            tokio::select! {
                count = outcomes.recv_many(&mut gathered, WAITING), if !is_closed => is_closed = count == 0,
                () = ended(&mut self.unlocking) => batches.extend(self.take_unlocked().await),
            }
            batches.extend(batches_of(gathered.drain(..)));
            self.write(batches).await;
        }
    }

    /// Writes these outcomes.
    #[cfg(feature = "testing")]
    pub(super) async fn settle(&mut self, ended: impl IntoIterator<Item = Ended>) {
        self.write(batches_of(ended)).await;
    }

    /// Writes batches, and tries again while the database is away. One that does not go is split, until what the database
    /// refuses is alone; that fails its own job.
    async fn write(&mut self, mut batches: Vec<SettleBatch>) {
        let mut backoff = Backoff::new(FIRST_PAUSE, LONGEST_PAUSE);
        while let Some(mut batch) = batches.pop() {
            let error = match self.store(&batch).await {
                Ok(places) => {
                    self.outage.ended();
                    backoff.reset();
                    self.publish(batch, places).await;
                    continue;
                }
                Err(error) => error,
            };
            batch.tries += 1;
            let is_cut_off = is_disconnected(&error);
            if is_cut_off {
                self.outage.failed(&error);
                batch
                    .ended
                    .iter_mut()
                    .for_each(|ended| ended.is_uncertain = true);
            }
            if is_lock_not_available(&error) {
                self.locked.append(&mut batch.ended);
                batches.extend(self.take_unlocked().await);
            } else if is_cut_off || is_transient(&error) && batch.tries < TRIES {
                sleep(backoff.pause()).await;
                match batch.tries {
                    TRIES.. => batches.extend(batch.split()),
                    _ => batches.push(batch),
                }
            } else if batch.ended.len() > 1 {
                batches.extend(batch.split());
            } else if is_unique_violation(&error) {
                batches.extend(batch.map_one(Ended::without_conflict));
            } else if is_transient(&error) {
                self.locked.append(&mut batch.ended);
            } else {
                batches.extend(batch.map_one(|ended| refuse(ended, &error)));
            }
        }
    }

    /// Waits for rows that are locked. Its place in the queue for the lock keeps a sweep of another process from being the first.
    fn outwait_locks(&self) -> impl Future<Output = ()> + Send + 'static {
        let attempts = self.locked.iter().map(|ended| ended.lease.attempt.clone());
        let mut attempts: Vec<Attempt> = attempts.collect();
        attempts.sort();
        let store = Arc::clone(&self.store);
        async move {
            let Err(error) = with_timeout(store.outwait_locks(&attempts, LOCK_WAIT)).await else {
                return;
            };
            if !is_lock_not_available(&error) {
                tracing::debug!(%error, "cannot wait for the locked rows of jobs that have ended");
                sleep(LOCK_WAIT).await;
            }
        }
    }

    /// Takes those of the waiting outcomes whose rows are not locked (any more).
    async fn take_unlocked(&mut self) -> Vec<SettleBatch> {
        self.locked
            .sort_by(|one, other| one.lease.attempt.cmp(&other.lease.attempt));
        let attempts = self.locked.iter().map(|ended| ended.lease.attempt.clone());
        let attempts: Vec<Attempt> = attempts.collect();
        let look = async {
            let mut connection = self.connections.acquire().await?;
            let found = self.store.renew_leases(&mut connection, &attempts).await;
            connection.give_back(found)
        };
        let found = match self.connections.with_timeout(look).await {
            Ok(found) => found,
            Err(error) => {
                self.outage.failed(&error);
                return Vec::new();
            }
        };
        let locked: HashSet<usize> = found
            .into_iter()
            .filter_map(|(at, renewed)| (!renewed).then_some(at))
            .collect();
        let (locked, free): (Vec<_>, Vec<_>) = std::mem::take(&mut self.locked)
            .into_iter()
            .enumerate()
            .partition(|(at, _)| locked.contains(at));
        self.locked = locked.into_iter().map(|(_, ended)| ended).collect();
        batches_of(free.into_iter().map(|(_, ended)| ended))
    }

    async fn store(&self, batch: &SettleBatch) -> sqlx::Result<Places> {
        let write = async {
            let mut connection = self.connections.acquire().await?;
            let certain = |places: Vec<usize>| places.into_iter().map(|at| (at, None)).collect();
            let places = match batch.kind {
                Kind::Complete => {
                    let done = batch.outputs();
                    let places = self.store.complete(&mut connection, &done).await;
                    places.map(certain)
                }
                Kind::Cancel => {
                    let cancelled = batch.outputs();
                    let places = self
                        .store
                        .cancel_attempts(&mut connection, &cancelled)
                        .await;
                    places.map(certain)
                }
                Kind::Fail => self.store.fail(&mut connection, &batch.failed()).await,
                Kind::Release => {
                    let (released, state) = batch.released();
                    let places = self.store.release(&mut connection, &released, state).await;
                    places.map(certain)
                }
            };
            connection.give_back(places)
        };
        self.connections.with_timeout(write).await
    }

    /// Reports what was written, and wakes those that wait for it.
    async fn publish(&mut self, batch: SettleBatch, places: Places) {
        let mut settled: Vec<Option<Option<f64>>> = vec![None; batch.ended.len()];
        for (at, due_in) in places {
            if let Some(settled) = settled.get_mut(at) {
                *settled = Some(due_in);
            }
        }
        let is_uncertain = batch.ended.iter().any(|ended| ended.is_uncertain);
        if is_uncertain && settled.contains(&None) {
            self.find_settled(&batch, &mut settled).await;
        }
        let mut ids = Vec::with_capacity(batch.ended.len());
        let mut queues: HashSet<&str> = HashSet::new();
        for (ended, settled) in batch.ended.iter().zip(settled) {
            let attempt = &ended.lease.attempt;
            if self.limited.contains(&attempt.name) {
                queues.insert(&attempt.name);
            }
            let Some(due_in) = settled else {
                report_lost(attempt);
                continue;
            };
            ended.report(due_in);
            ids.push(attempt.id);
            if let Some(seconds) = due_in.or(ended.snoozed()) {
                let after = Duration::try_from_secs_f64(seconds).unwrap_or_default();
                self.wakeups.notify_queue_after(&attempt.name, after);
            }
        }
        for queue in queues {
            self.wakeups.notify_queue(queue);
        }
        // No task may be waiting.
        let _ = self.settled.send(ids.into());
    }

    /// Looks which of the missing attempts an earlier try has settled.
    async fn find_settled(&self, batch: &SettleBatch, settled: &mut [Option<Option<f64>>]) {
        let attempts = batch.ended.iter();
        let attempts: Vec<(&Attempt, &str)> = attempts
            .map(|ended| (&ended.lease.attempt, ended.states()))
            .collect();
        let find = async {
            let mut connection = self.connections.acquire().await?;
            let found = self.store.find_settled(&mut connection, &attempts).await;
            connection.give_back(found)
        };
        match self.connections.with_timeout(find).await {
            Ok(places) => {
                for at in places {
                    if let Some(settled @ None) = settled.get_mut(at) {
                        *settled = Some(None);
                    }
                }
            }
            Err(error) => tracing::debug!(%error, "cannot look which outcomes were written"),
        }
    }
}

/// Sorts outcomes by the statement that writes them, each in key order and of with_timeout size.
fn batches_of(ended: impl IntoIterator<Item = Ended>) -> Vec<SettleBatch> {
    let mut ended: Vec<Ended> = ended.into_iter().collect();
    ended.sort_by(|one, other| {
        (one.kind(), &one.lease.attempt).cmp(&(other.kind(), &other.lease.attempt))
    });
    let mut batches: Vec<SettleBatch> = Vec::new();
    let mut bytes = 0;
    for one in ended {
        bytes += one.bytes();
        match batches.last_mut() {
            Some(batch) if batch.kind == one.kind() && bytes <= BYTES => batch.ended.push(one),
            _ => {
                bytes = one.bytes();
                batches.push(SettleBatch::of(vec![one]));
            }
        }
    }
    batches
}

impl SettleBatch {
    fn of(ended: Vec<Ended>) -> Self {
        Self {
            kind: ended.first().map_or(Kind::Complete, Ended::kind),
            ended,
            tries: 0,
        }
    }

    /// The same in parts: of a thousand about thirty, so that one that waits holds up the others twice and not ten times.
    fn split(self) -> Vec<Self> {
        let size = self.ended.len().isqrt().max(1);
        let mut ended = self.ended;
        let mut parts = Vec::new();
        while !ended.is_empty() {
            let rest = ended.split_off(size.min(ended.len()));
            parts.push(Self::of(std::mem::replace(&mut ended, rest)));
        }
        parts
    }

    /// The same for a batch of one, with something else to write.
    fn map_one(mut self, change: impl FnOnce(Ended) -> Option<Ended>) -> Option<Self> {
        Some(Self::of(vec![change(self.ended.pop()?)?]))
    }

    fn outputs(&self) -> Vec<(&Attempt, Option<&str>)> {
        let outputs = self.ended.iter().map(|ended| {
            let output = match &ended.write {
                Write::Complete(output) => output.as_deref(),
                Write::Cancel { output, .. } => Some(output.as_str()),
                _ => None,
            };
            (&ended.lease.attempt, output)
        });
        outputs.collect()
    }

    fn failed(&self) -> Vec<&Failed> {
        let failed = self.ended.iter().filter_map(|ended| match &ended.write {
            Write::Fail { failed, .. } => Some(failed),
            _ => None,
        });
        failed.collect()
    }

    /// The released attempts, and the state in which they wait: `created`, unless a single one is released as a retry.
    fn released(&self) -> (Vec<(&Attempt, Option<f64>)>, &'static str) {
        let mut waiting = "created";
        let mut released = Vec::with_capacity(self.ended.len());
        for ended in &self.ended {
            if let Write::Release { delay, state } = ended.write {
                released.push((&ended.lease.attempt, delay));
                waiting = state;
            }
        }
        (released, waiting)
    }
}

impl Ended {
    fn snoozed(&self) -> Option<f64> {
        match self.write {
            Write::Release { delay, .. } => delay,
            _ => None,
        }
    }
}

/// Waits for the end of a task; for ever if there is none.
async fn ended(task: &mut Option<JoinHandle<()>>) {
    match task {
        Some(handle) => _ = handle.await,
        None => std::future::pending().await,
    }
    *task = None;
}

/// Fails the job whose outcome the database refuses.
fn refuse(ended: Ended, error: &sqlx::Error) -> Option<Ended> {
    let (queue, id) = (
        Arc::clone(&ended.lease.attempt.name),
        ended.lease.attempt.id,
    );
    tracing::error!(%queue, %id, %error, "the database refused the outcome of a job");
    ended.bad_input(error)
}

fn report_lost(attempt: &Attempt) {
    tracing::warn!(
        queue = %attempt.name, id = %attempt.id, attempt = i64::from(attempt.retry_count) + 1,
        "the attempt ended when the job was no longer this worker's; its outcome was dropped"
    );
}
