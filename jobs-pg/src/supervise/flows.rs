//! Jobs that wait for others: completing the last parent changes nothing by itself; this pass lets the children go.

use std::time::Duration;

use crate::store::Store;

/// How many parents one statement takes.
const BATCH: i64 = 1000;

/// Takes the pass if no process has taken it lately; returns whether it released a job.
pub(super) async fn resolve(store: &Store, interval: Duration) -> sqlx::Result<bool> {
    let mut released = false;
    if !store.claim_flows(interval.as_secs_f64()).await? {
        return Ok(released);
    }
    loop {
        let resolved = store.release_children(BATCH).await?;
        released |= resolved.children > 0;
        if resolved.parents < BATCH {
            return Ok(released);
        }
    }
}
