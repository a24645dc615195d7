//! Cleanup of queues: jobs that were kept long enough are removed.

use std::time::Duration;

use tokio::sync::Mutex;

use super::pass_deadline::PassDeadline;
use crate::store::{ClaimedQueue, Store};

/// How many jobs one transaction removes.
const BATCH: i64 = 10_000;

/// One pass over queues. The process that takes a queue cleans it up.
pub(super) struct Cleanup<'a> {
    pub(super) store: &'a Store,
    pub(super) limit: &'a PassDeadline,
    /// Held while a queue is taken, as the other tasks of this process do.
    pub(super) turn: &'a Mutex<()>,
}

impl Cleanup<'_> {
    /// Cleans up the queues that no process has cleaned up for this long, one of them or all, one after the other. What a pass that
    /// is cut short leaves in its last queue waits for the next pass over that queue.
    pub(super) async fn pass(&self, interval: Duration, only: Option<&str>) -> sqlx::Result<()> {
        let mut after = String::new();
        while !self.limit.is_near() {
            let claimed = {
                let _turn = self.turn.lock().await;
                self.store
                    .claim_maintenance(interval.as_secs_f64(), only, &after)
                    .await?
            };
            let Some(queue) = claimed else {
                break;
            };
            self.limit.hold(clean_up(self.store, &queue)).await?;
            after = queue.name;
        }
        Ok(())
    }
}

async fn clean_up(store: &Store, queue: &ClaimedQueue) -> sqlx::Result<()> {
    while store.delete_outlived(queue, BATCH).await? >= BATCH.unsigned_abs() {}
    store.recount_queue(&queue.name).await?;
    store.delete_loose_dependencies(queue).await?;
    store.prune_own(&queue.name).await
}
