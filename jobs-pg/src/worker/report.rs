//! What this process works, as pg-boss's registry of instances describes workers.

use std::sync::Arc;

use serde_json::{Value, json};

use super::WorkPlan;
use super::leases::Leases;

/// Describes the queues that are worked here, and how many jobs of each run.
#[derive(Debug)]
pub(crate) struct Report {
    /// The name, the concurrency and the batch size of each queue.
    queues: Vec<(&'static str, usize, usize)>,
    leases: Arc<Leases>,
}

impl Report {
    pub(super) fn new(plan: &WorkPlan, leases: &Arc<Leases>) -> Self {
        let workers = plan.queues.iter();
        let mut queues: Vec<_> = workers
            .map(|(name, worker)| (*name, worker.concurrency, worker.batch_size()))
            .collect();
        queues.sort_unstable();
        Self {
            queues,
            leases: Arc::clone(leases),
        }
    }

    /// One object a queue, as things are now. What pg-boss measures and this library does not is null.
    pub(crate) fn to_json(&self) -> Value {
        let active = self.leases.count();
        let describe = |(name, concurrency, batch_size): &(&str, usize, usize)| {
            json!({
                "id": name,
                "queue": name,
                "localConcurrency": concurrency,
                "batchSize": batch_size,
                "pollingIntervalSeconds": null,
                "active": active.get(*name).copied().unwrap_or_default(),
                "lastFetchedOn": null,
                "lastJobEndedOn": null,
                "lastErrorOn": null,
                "options": {},
            })
        };
        self.queues.iter().map(describe).collect()
    }
}
