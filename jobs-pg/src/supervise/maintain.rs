//! Tidying queues: jobs that were kept long enough are removed.

use crate::store::{Store, Untidy};
use std::collections::BTreeMap;

/// How many jobs one transaction removes.
const BATCH: i64 = 10_000;

/// Tidies queues that were taken for it; those that it cannot finish are given back.
pub(super) async fn maintain(store: &Store, queues: &[Untidy]) -> sqlx::Result<()> {
    for (at, queue) in queues.iter().enumerate() {
        if let Err(error) = tidy(store, queue).await {
            let unfinished: Vec<_> = queues[at..].iter().map(|one| one.name.clone()).collect();
            store
                .release_maintenance(&unfinished, queue.maintain_on)
                .await?;
            return Err(error);
        }
    }
    delete_loose_dependencies(store, queues).await
}

async fn tidy(store: &Store, queue: &Untidy) -> sqlx::Result<()> {
    while store.delete_outlived(queue, BATCH).await? >= BATCH.unsigned_abs() {}
    store.recount_queue(&queue.name).await
}

async fn delete_loose_dependencies(store: &Store, queues: &[Untidy]) -> sqlx::Result<()> {
    let mut tables: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for queue in queues {
        tables
            .entry(&queue.table_name)
            .or_default()
            .push(queue.name.clone());
    }
    for (table, names) in tables {
        store.delete_loose_dependencies(table, &names).await?;
    }
    Ok(())
}
