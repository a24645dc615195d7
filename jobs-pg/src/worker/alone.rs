//! Jobs that run alone: those that were running in two processes when these died, and may have killed them.

use std::sync::Arc;
use std::time::Duration;

use jobs_core::executor::Outcome;
use tokio::time::timeout;

use super::slots::Slot;
use super::{QueueWorker, Shared, attempt};
use crate::crash::runs_alone;
use crate::store::{Attempt, Fetched, with_timeout};
use pg_boss::jitter::jittered;

/// How long a job waits for the others of its process to end. They are not interrupted, and until they have ended nothing else
/// begins there; so it does not wait longer, and is snoozed.
const WAIT_ALONE: Duration = Duration::from_secs(30);
/// How long a job is snoozed while another one of its process runs alone: it must not be active when that one kills the process.
const TURN: Duration = Duration::from_secs(2);

impl Shared {
    /// Looks up how many processes died while they ran these jobs, and takes those apart that run alone. `retried` are second
    /// attempts and later ones.
    pub(super) async fn take_suspects(&self, retried: &mut Vec<Fetched>) -> Vec<Fetched> {
        let attempts: Vec<Attempt> = retried.iter().map(Fetched::attempt).collect();
        let crashes = match with_timeout(self.store.crashes(&attempts)).await {
            Ok(crashes) => crashes,
            Err(error) => {
                tracing::debug!(%error, "cannot look up the crashes of jobs");
                return Vec::new();
            }
        };
        for job in retried.iter_mut() {
            let crashes = crashes.get(&(job.name.clone(), job.id));
            job.crashes = crashes.copied().unwrap_or_default();
        }
        retried
            .extract_if(.., |job| runs_alone(job.crashes))
            .collect()
    }
}

/// Runs a job when nothing else runs in this process, and lets nothing else begin meanwhile.
pub(super) async fn run(shared: Arc<Shared>, slot: Slot, worker: QueueWorker, job: Fetched) {
    let lease = shared.leases.hold(&job);
    let Some(alone) = shared.slots.keep_alone() else {
        return shared.settle(lease, Outcome::Snoozed(jittered(TURN))).await;
    };
    if timeout(WAIT_ALONE, shared.leases.at_most(1)).await.is_err() {
        let snoozed = Outcome::Snoozed(jittered(WAIT_ALONE));
        return shared.settle(lease, snoozed).await;
    }
    tracing::info!(
        queue = %job.name, id = %job.id, crashes = job.crashes,
        "the job runs alone, since processes died while they ran it"
    );
    drop(lease);
    attempt::run(shared, slot, worker, vec![job]).await;
    drop(alone);
}
