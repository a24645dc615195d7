//! The part that fetches and runs jobs.
//!
//! One producer fetches for all queues of the process, each attempt runs in a task of its own, one settler writes what they
//! come to, one heartbeat keeps them ours, one listener hears the doorbell.

mod doorbell;
mod drain;
mod heartbeat;
mod hold;
mod listener;
mod plan;
mod producer;
mod report;
mod running;
mod settler;

pub(crate) use doorbell::Doorbell;
pub(crate) use drain::Drain;
pub(crate) use hold::has_nul;
pub(crate) use plan::{Line, Plan};
pub(crate) use report::Report;
pub(crate) use settler::Settled;

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::{Instant, timeout, timeout_at};

use crate::PgBoss;
use crate::store::Store;
use hold::Hold;
use producer::Producer;
use running::RunningAttempts;
use settler::Settler;

/// How long the last outcomes may take to be written after everything has ended.
const LAST_WRITES: Duration = Duration::from_secs(10);

/// Everything that runs jobs in this process.
pub(crate) struct Worker {
    stopping: watch::Sender<bool>,
    release: watch::Sender<bool>,
    running: Arc<RunningAttempts>,
    report: Arc<Report>,
    producer: JoinHandle<()>,
    settler: JoinHandle<()>,
    helpers: Vec<JoinHandle<()>>,
}

impl Worker {
    /// Starts to fetch and run the jobs of this plan.
    pub(crate) fn start(
        boss: &PgBoss,
        store: &Arc<Store>,
        plan: Plan,
        doorbell: &Arc<Doorbell>,
    ) -> Self {
        let stopping = watch::Sender::new(false);
        let release = watch::Sender::new(false);
        let hold = Hold::new(Arc::clone(store));
        let running = Arc::new(RunningAttempts::new(&plan));
        let report = Arc::new(Report::new(&plan, &running));
        let (settler, outcomes) = Settler::new(
            hold.clone(),
            Arc::clone(doorbell),
            boss.settled().clone(),
            &plan,
        );
        let producer = Producer {
            boss: boss.clone(),
            hold: hold.clone(),
            plan,
            running: Arc::clone(&running),
            doorbell: Arc::clone(doorbell),
            outcomes,
            release: release.subscribe(),
        };
        let helpers = vec![
            tokio::spawn(heartbeat::run(hold, Arc::clone(&running))),
            tokio::spawn(listener::run(Arc::clone(store), Arc::clone(doorbell))),
        ];
        Self {
            producer: tokio::spawn(producer.run(stopping.subscribe())),
            settler: tokio::spawn(settler.run()),
            stopping,
            release,
            running,
            report,
            helpers,
        }
    }

    /// What is worked here.
    pub(crate) fn report(&self) -> Arc<Report> {
        Arc::clone(&self.report)
    }

    /// Stops without burning an attempt: what runs gets this time to end, and goes back as if it had not been fetched.
    pub(crate) async fn stop(self, patience: Duration) {
        let deadline = Instant::now() + patience;
        self.stopping.send_replace(true);
        // The producer ends with the fetch that it is in, and gives back what that brought.
        let _ = self.producer.await;
        if timeout_at(deadline, self.running.all_ended())
            .await
            .is_err()
        {
            self.release.send_replace(true);
            let _ = timeout(LAST_WRITES, self.running.all_ended()).await;
        }
        // The producer and the attempts held the senders; without them the settler ends when it has written everything.
        if timeout(LAST_WRITES, self.settler).await.is_err() {
            tracing::error!("the last outcomes could not be written; their jobs will run again");
        }
        for helper in self.helpers {
            helper.abort();
            let _ = helper.await;
        }
    }
}
