//! Watching queues: attempts that ran out of time are failed, jobs are counted.

use std::time::Duration;

use crate::store::{Overdue, Store};

/// How many attempts one transaction fails.
const BATCH: i64 = 1000;
/// How many queues one statement counts.
const COUNTED_AT_ONCE: usize = 100;

/// The pass that one process takes for each queue in turn: who takes a queue counts it and sweeps it.
pub(super) async fn monitor(store: &Store, interval: Duration) -> sqlx::Result<()> {
    let queues = store.claim_monitoring(interval.as_secs_f64()).await?;
    let watched = count_and_sweep(store, &queues).await;
    if watched.is_err() {
        // Others would pass over queues that are taken and not watched.
        store.release_monitoring(&queues).await?;
    }
    watched
}

async fn count_and_sweep(store: &Store, queues: &[String]) -> sqlx::Result<()> {
    for some in queues.chunks(COUNTED_AT_ONCE) {
        if !store.count_queues(some).await? {
            store.release_monitoring(some).await?;
        }
    }
    if queues.is_empty() {
        return Ok(());
    }
    sweep(store).await.map(drop)
}

/// Fails every attempt that took too long or gives no sign of life, in whatever queue; answers whether there was one. Any
/// process may do this at any time: the rows decide, not who looks.
pub(super) async fn sweep(store: &Store) -> sqlx::Result<bool> {
    let tables = store.overdue().await?;
    for table in &tables {
        let both = [
            (table.expired, Overdue::Expired),
            (table.silent, Overdue::Silent),
        ];
        for (_, overdue) in both.into_iter().filter(|(there, _)| *there) {
            while store.sweep(&table.table_name, overdue, BATCH).await? as i64 == BATCH {}
        }
    }
    Ok(!tables.is_empty())
}
