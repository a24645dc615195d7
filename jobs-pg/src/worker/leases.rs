//! The attempts that this process holds, from the fetch until their outcome is written.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jobs_core::executor::{Cancellation, PollWatch};
use tokio::sync::Notify;
use tokio::time::Instant;

use crate::store::{Attempt, Fetched};

/// Where the queue has no heartbeat of its own: that of queues that we create.
const HEARTBEAT: Duration = Duration::from_secs(15);
/// When a heartbeat is tried again that met a locked row.
const LOCKED: Duration = Duration::from_millis(500);

/// How many jobs are named at most that a stop has not waited for.
const NAMED: usize = 10;

/// The leases of this process.
#[derive(Debug, Default)]
pub(crate) struct Leases {
    held: Mutex<HashMap<Attempt, Held>>,
    released: Notify,
    hurried: Notify,
}

#[derive(Debug)]
struct Held {
    cancellation: Cancellation,
    polls: PollWatch,
    /// When the next heartbeat is due; `None` once the attempt is lost.
    next: Option<Instant>,
    every: Duration,
}

/// An attempt that is held. Dropping it ends the heartbeats.
#[derive(Debug)]
pub(crate) struct Lease {
    leases: Arc<Leases>,
    pub(crate) attempt: Attempt,
    /// Cancels its run when it turns out to be lost.
    pub(crate) cancellation: Cancellation,
    pub(crate) polls: PollWatch,
    /// How many more attempts may follow the first.
    pub(crate) retry_limit: i32,
    /// How many earlier attempts were lost with their process.
    pub(crate) crashes: i32,
}

impl Leases {
    /// Holds an attempt.
    pub(crate) fn hold(self: &Arc<Self>, job: &Fetched) -> Lease {
        let attempt = job.attempt();
        let heartbeat = job
            .heartbeat_seconds
            .and_then(|seconds| u64::try_from(seconds).ok())
            .map_or(HEARTBEAT, Duration::from_secs);
        let every = heartbeat / 3;
        let (cancellation, polls) = (Cancellation::default(), PollWatch::default());
        let held = Held {
            cancellation: cancellation.clone(),
            polls: polls.clone(),
            next: Some(Instant::now() + every),
            every,
        };
        self.held().insert(attempt.clone(), held);
        Lease {
            leases: Arc::clone(self),
            attempt,
            cancellation,
            polls,
            retry_limit: job.retry_limit,
            crashes: job.crashes,
        }
    }

    /// Whether an attempt is held.
    pub(crate) fn is_held(&self, attempt: &Attempt) -> bool {
        self.held().contains_key(attempt)
    }

    /// How many are held, by queue.
    pub(crate) fn count(&self) -> HashMap<Arc<str>, usize> {
        let mut counts = HashMap::new();
        for attempt in self.held().keys() {
            *counts.entry(Arc::clone(&attempt.name)).or_default() += 1;
        }
        counts
    }

    /// Waits until at most this number are held.
    pub(crate) async fn at_most(&self, leases: usize) {
        loop {
            let released = self.released.notified();
            tokio::pin!(released);
            // Enabled before the look, so that one released in between is not missed.
            released.as_mut().enable();
            if self.held().len() <= leases {
                return;
            }
            released.await;
        }
    }

    /// Makes all heartbeats due: they tell which jobs were cancelled.
    pub(crate) fn renew_now(&self) {
        let now = Instant::now();
        for held in self.held().values_mut() {
            held.next = held.next.map(|_| now);
        }
        self.hurried.notify_one();
    }

    /// Waits until heartbeats are due before their time.
    pub(crate) async fn hurried(&self) {
        self.hurried.notified().await;
    }

    /// The attempts whose heartbeat is due, in key order, and when the next one will be.
    pub(crate) fn due_heartbeats(&self) -> (Vec<Attempt>, Instant) {
        let now = Instant::now();
        let held = self.held();
        let is_due = |held: &Held| held.next.is_some_and(|next| next <= now);
        let due = held.iter().filter(|(_, held)| is_due(held));
        let mut due: Vec<Attempt> = due.map(|(attempt, _)| attempt.clone()).collect();
        due.sort();
        let latest = now + HEARTBEAT / 3;
        let next = held.values().filter_map(|held| held.next).min();
        (due, next.map_or(latest, |next| next.min(latest)))
    }

    /// Records the heartbeats of these attempts: of each place that was found, whether it was renewed. The others are lost.
    pub(crate) fn record_heartbeats(&self, asked: &[Attempt], found: &[(usize, bool)]) {
        let found: HashMap<usize, bool> = found.iter().copied().collect();
        let mut held = self.held();
        let now = Instant::now();
        for (place, attempt) in asked.iter().enumerate() {
            let Some(held) = held.get_mut(attempt) else {
                continue;
            };
            held.next = match found.get(&place) {
                Some(true) => Some(now + held.every),
                Some(false) => Some(now + LOCKED),
                None => {
                    tracing::info!(
                        queue = %attempt.name, id = %attempt.id, attempt = i64::from(attempt.retry_count) + 1,
                        "the job was cancelled, expired or taken by another worker while it ran; its function is cancelled"
                    );
                    held.cancellation.cancel();
                    None
                }
            };
        }
    }

    /// Warns, once for each attempt, of a function that keeps its thread at this moment.
    pub(crate) fn report_blocking(&self) {
        let held = self.held();
        let blocking = held
            .iter()
            .filter_map(|(attempt, held)| Some((attempt.clone(), held.polls.blocked_for()?)));
        let blocking: Vec<_> = blocking.collect();
        drop(held);
        for (attempt, seconds) in blocking {
            tracing::warn!(
                queue = %attempt.name, id = %attempt.id, attempt = i64::from(attempt.retry_count) + 1, seconds = seconds.as_secs(),
                "the job blocks its thread without awaiting, and other tasks of the thread wait for it; declare it `#[job(blocking)]` or move the work to `spawn_blocking`"
            );
        }
    }

    /// Names what is still held when nothing is waited for any more.
    pub(crate) fn report_unsettled(&self) {
        let held = self.held();
        let named = held
            .keys()
            .take(NAMED)
            .map(|attempt| format!("{} {}", attempt.name, attempt.id));
        let named: Vec<String> = named.collect();
        let jobs = held.len();
        drop(held);
        tracing::error!(
            jobs,
            named = named.join(", "),
            "these jobs did not stop, or their outcomes could not be written in time; they will run again in other processes once their heartbeats have been \
             missed. A job that still blocks its thread keeps this process from ending"
        );
    }

    fn held(&self) -> MutexGuard<'_, HashMap<Attempt, Held>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        self.leases.held().remove(&self.attempt);
        self.leases.released.notify_waiters();
    }
}
