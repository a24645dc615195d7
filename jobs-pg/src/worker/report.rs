//! What this process works, as pg-boss's registry of instances describes workers.

use std::sync::Arc;

use serde_json::{Value, json};

use super::Plan;
use super::leases::Leases;

/// Describes the queues that are worked here, and how many jobs of each run.
#[derive(Debug)]
pub(crate) struct Report {
    /// The name, the concurrency and the batch size of each queue.
    lines: Vec<(&'static str, usize, usize)>,
    leases: Arc<Leases>,
}

impl Report {
    pub(super) fn new(plan: &Plan, leases: &Arc<Leases>) -> Self {
        let lines = plan.lines.iter();
        let mut lines: Vec<_> = lines
            .map(|(name, line)| (*name, line.concurrency, line.batch_size()))
            .collect();
        lines.sort_unstable();
        Self {
            lines,
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
        self.lines.iter().map(describe).collect()
    }
}
