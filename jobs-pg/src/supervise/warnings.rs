//! Warnings: always in the log, and kept in the database where that is asked for.

use serde_json::{Value, json};

use crate::config::Records;
use crate::store::{QueueCount, Rest, Store};

/// Gives warnings.
#[derive(Debug, Clone, Copy)]
pub(super) struct Warnings<'a> {
    pub(super) store: &'a Store,
    pub(super) records: &'a Records,
}

impl Warnings<'_> {
    /// Tells of a queue with more waiting jobs than it should have; nothing if it has not.
    pub(super) async fn backlog(&self, queue: &QueueCount) {
        let bound = match queue.warning_queued {
            0 => i64::from(self.records.warning_queue_size),
            own => own.into(),
        };
        let waiting = queue.queued_count;
        if i64::from(waiting) <= bound {
            return;
        }
        tracing::warn!(queue = %queue.name, waiting, bound, "a queue has a backlog");
        let message = format!(
            "queue `{}` has a backlog: {waiting} jobs wait, over its bound of {bound}",
            queue.name
        );
        let data = json!({
            "name": queue.name,
            "queuedCount": waiting,
            "warningQueueSize": queue.warning_queued,
            "pinSeconds": queue.held_seconds,
        });
        self.keep("queue_backlog", &message, &data).await;
    }

    /// Warns that counting took long, so that it pauses for a while.
    pub(super) async fn rest(&self, counted_seconds: f64, rest: &Rest) {
        let Rest {
            round_seconds,
            rest_seconds,
            rests_until,
        } = rest;
        tracing::warn!(
            counted_seconds,
            rest_seconds,
            "counting the jobs took so long that it could hold up autovacuum; it pauses"
        );
        let message = format!(
            "counting the jobs took {counted_seconds:.1} s, with {round_seconds} s between two rounds of autovacuum; it pauses \
             for {rest_seconds:.0} s"
        );
        let data = json!({
            "elapsedSeconds": counted_seconds,
            "naptimeSeconds": round_seconds,
            "backoffSeconds": rest_seconds,
            "backoffUntil": rests_until,
        });
        self.keep("monitor_backoff", &message, &data).await;
    }

    /// Keeps a warning; what it is about goes on if that fails.
    async fn keep(&self, kind: &str, message: &str, data: &Value) {
        if !self.records.warnings {
            return;
        }
        if let Err(error) = self.store.insert_warning(kind, message, data).await {
            tracing::warn!(%error, kind, "a warning could not be kept");
        }
    }
}
