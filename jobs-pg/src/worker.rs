//! The part that fetches and runs jobs.
//!
//! Fetchers ask for jobs, each call of a function runs in a task of its own, one settler writes the outcomes, one thread sends the
//! heartbeats, one listener hears of submissions elsewhere.

mod alone;
mod attempt;
mod connections;
#[cfg(feature = "testing")]
mod drain;
mod fetcher;
mod heartbeat;
mod leases;
mod listener;
mod outcome;
mod pauses;
mod plan;
mod report;
mod settler;
mod slots;

use crate::wakeups::Wakeups;
#[cfg(feature = "testing")]
pub(crate) use drain::Drain;
pub(crate) use plan::{QueueWorker, WorkPlan};
use report::Report;
pub(crate) use settler::Settled;

use std::io;
use std::sync::Arc;
use std::time::Duration;

use jobs_core::executor::{Cancellation, Outcome};
use tokio::sync::{Mutex, mpsc};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use uuid::Uuid;

use crate::PgBoss;
use crate::stop_limit::StopLimit;
use crate::store::{Limits, Store};
use crate::task::Tasks;
use connections::Connections;
use fetcher::Fetcher;
use leases::{Lease, Leases};
use outcome::Ended;
use settler::Settler;
use slots::Slots;

/// How long one statement of the worker may take: a third of the lease of queues that we create.
const BOUND: Duration = Duration::from_secs(5);
/// How long a fetch may take that waits for other fetchers of its queue.
const LIMITED_BOUND: Duration = Duration::from_secs(20);

/// Everything that runs jobs in this process.
pub(crate) struct Worker {
    shared: Arc<Shared>,
    report: Arc<Report>,
    settler: Tasks,
    stop_heartbeats: CancellationToken,
}

/// What the parts of a worker share.
struct Shared {
    boss: PgBoss,
    store: Arc<Store>,
    plan: WorkPlan,
    slots: Arc<Slots>,
    leases: Arc<Leases>,
    wakeups: Arc<Wakeups>,
    connections: Arc<Connections>,
    limited_connections: Connections,
    outcomes: mpsc::Sender<Ended>,
    max_output: usize,
    /// What tells a job that this worker fetched from those of others, in microseconds; see fetch_jobs.sql.
    mark: i32,
    /// The fetchers and the listener: with their stop nothing is fetched any more.
    fetchers: Tasks,
    attempts: TaskTracker,
    /// Running jobs see that the worker stops.
    announced: Cancellation,
    /// What still runs is released.
    release: CancellationToken,
}

impl Worker {
    /// Starts to fetch and run the jobs of this plan.
    ///
    /// # Errors
    /// If the system has no thread for the heartbeats.
    pub(crate) fn start(
        boss: &PgBoss,
        store: &Arc<Store>,
        plan: WorkPlan,
        wakeups: &Arc<Wakeups>,
    ) -> io::Result<Self> {
        let (outcomes, ended) = mpsc::channel(settler::WAITING);
        let leases = Arc::new(Leases::default());
        let connections = Arc::new(Connections::new(store, 2, BOUND));
        let health = boss.health();
        let report = Arc::new(Report::new(&plan, &leases));
        let stop_heartbeats = CancellationToken::new();
        heartbeat::start(store, &leases, health, stop_heartbeats.clone())?;
        let shared = Arc::new(Shared {
            boss: boss.clone(),
            store: Arc::clone(store),
            slots: Arc::new(Slots::new(&plan)),
            plan,
            leases,
            wakeups: Arc::clone(wakeups),
            connections,
            limited_connections: Connections::new(store, 2, LIMITED_BOUND),
            outcomes,
            max_output: boss.settings().max_output,
            mark: mark(),
            fetchers: Tasks::new(health.clone()),
            attempts: TaskTracker::new(),
            announced: Cancellation::default(),
            release: CancellationToken::new(),
        });
        shared.start_fetchers();
        Ok(Self {
            settler: shared.start_settler(ended),
            shared,
            report,
            stop_heartbeats,
        })
    }

    /// What is worked here.
    pub(crate) fn report(&self) -> Arc<Report> {
        Arc::clone(&self.report)
    }

    /// Whether it works this queue.
    pub(crate) fn works(&self, queue: &str) -> bool {
        self.shared.plan.queues.contains_key(queue)
    }

    /// Stops without burning an attempt: what runs may end until it is to be released, and then goes back as if it had not been
    /// fetched.
    pub(crate) async fn stop(self, limit: &StopLimit) {
        let Shared {
            fetchers,
            attempts,
            leases,
            release,
            ..
        } = &*self.shared;
        attempts.close();
        self.shared.announced.cancel();
        fetchers.begin_to_stop();
        tracing::info!(
            running = leases.count().values().sum::<usize>(),
            "stopping; running jobs may end within {:?}",
            limit.patience()
        );
        let ended = async {
            // A fetcher ends with the fetch that it is in, and releases what that brought.
            fetchers.ended().await;
            attempts.wait().await;
        };
        tokio::select! {
            () = ended => {}
            () = limit.release() => release.cancel(),
        }
        let written = async {
            fetchers.ended().await;
            attempts.wait().await;
            leases.at_most(0).await;
        };
        tokio::select! {
            () = written => {}
            () = limit.end() => {
                fetchers.abort();
                leases.report_unsettled();
            }
        }
        // What is left of the settler's work is aborted with it.
        drop(self.settler);
        self.stop_heartbeats.cancel();
    }
}

impl Shared {
    /// Which of these queues have a policy that looks at active jobs by now.
    async fn find_limited(&self, queues: &[&'static str]) -> sqlx::Result<Vec<&'static str>> {
        let found = self
            .connections
            .with_timeout(self.store.find_queues(queues))
            .await?;
        let limited: Vec<&str> = found
            .iter()
            .filter(|queue| queue.looks_at_active_jobs())
            .map(|queue| queue.name.as_str())
            .collect();
        let limited = queues
            .iter()
            .copied()
            .filter(|queue| limited.contains(queue));
        Ok(limited.collect())
    }

    fn start_fetchers(self: &Arc<Self>) {
        let mut together = Vec::new();
        for (name, line) in &self.plan.queues {
            match &line.limits {
                Some(limits) => self.start_fetcher(vec![name], Some(Arc::clone(limits))),
                None => together.push(*name),
            }
        }
        if !together.is_empty() {
            together.sort_unstable();
            self.start_fetcher(together, None);
        }
        let (store, wakeups) = (Arc::clone(&self.store), Arc::clone(&self.wakeups));
        let leases = Arc::clone(&self.leases);
        let stopping = self.fetchers.stopping().clone();
        let listen = move || {
            let listen = listener::run(
                Arc::clone(&store),
                Arc::clone(&wakeups),
                Arc::clone(&leases),
            );
            let listen = stopping.clone().run_until_cancelled_owned(listen);
            async { listen.await.unwrap_or_default() }
        };
        self.fetchers.supervised("listen for submissions", listen);
        let shared = Arc::clone(self);
        let watch = move || pauses::watch(Arc::clone(&shared));
        self.fetchers.supervised(pauses::DOING, watch);
    }

    fn start_fetcher(self: &Arc<Self>, queues: Vec<&'static str>, limits: Option<Arc<Limits>>) {
        let shared = Arc::clone(self);
        let fetch = move || Fetcher::new(&shared, queues.clone(), limits.clone()).run();
        self.fetchers.supervised("fetch jobs", fetch);
    }

    fn start_settler(self: &Arc<Self>, ended: mpsc::Receiver<Ended>) -> Tasks {
        let settler = Tasks::new(self.boss.health().clone());
        let (shared, ended) = (Arc::clone(self), Arc::new(Mutex::new(ended)));
        let settle = move || {
            let Shared { boss, .. } = &*shared;
            let settler = Settler::new(
                &shared.store,
                &shared.connections,
                &shared.wakeups,
                boss.settled(),
                &shared.plan,
                boss.health(),
            );
            settler.run(Arc::clone(&ended))
        };
        settler.supervised("write the outcomes of jobs", settle);
        settler
    }

    /// Gives an outcome to the settler. The lease lasts until it is written.
    async fn settle(&self, lease: Lease, outcome: Outcome) {
        if let Some(ended) = Ended::new(lease, outcome, self.max_output) {
            // The settler ends only with the worker.
            let _ = self.outcomes.send(ended).await;
        }
    }
}

/// A random mark, so that each worker has its own.
fn mark() -> i32 {
    let chance = Uuid::new_v4().as_fields().0 % 999_999;
    i32::try_from(chance).map_or(1, |chance| chance + 1)
}
