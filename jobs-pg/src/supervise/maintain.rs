//! Tidying queues: jobs that were kept long enough are removed.

use std::collections::BTreeMap;
use std::time::Duration;

use tokio::sync::Mutex;

use super::limit::{Limit, give_back};
use crate::store::{Claims, Store, Untidy};

/// How many jobs one transaction removes.
const BATCH: i64 = 10_000;
/// How many queues are taken at once.
const AT_ONCE: i64 = 100;

/// One pass over queues. Who takes a queue tidies it.
pub(super) struct Maintain<'a> {
    pub(super) store: &'a Store,
    pub(super) limit: &'a Limit,
    /// Only the taking is in turn with the other duties of this process.
    pub(super) turn: &'a Mutex<()>,
}

impl Maintain<'_> {
    /// Takes the queues that nobody took for this long, one of them or all, and tidies them; those that it cannot finish are
    /// given back.
    pub(super) async fn pass(&self, interval: Duration, only: Option<&str>) -> sqlx::Result<()> {
        let claims = Claims {
            interval: interval.as_secs_f64(),
            only,
            at_most: AT_ONCE,
        };
        let mut after = String::new();
        while !self.limit.is_near() {
            let queues = {
                let _turn = self.turn.lock().await;
                self.store.claim_maintenance(claims, &after).await?
            };
            let Some(last) = queues.last() else {
                break;
            };
            after.clone_from(&last.name);
            self.tidy_all(&queues).await?;
        }
        Ok(())
    }

    async fn tidy_all(&self, queues: &[Untidy]) -> sqlx::Result<()> {
        let mut tidied = 0;
        let done = self.try_to_tidy(queues, &mut tidied).await;
        if let Some(one) = queues[tidied..].first() {
            let names: Vec<_> = queues[tidied..]
                .iter()
                .map(|one| one.name.clone())
                .collect();
            give_back(self.store.release_maintenance(&names, one.taken_on)).await;
        }
        done
    }

    /// Tidies queues in order, and counts those that are done with.
    async fn try_to_tidy(&self, queues: &[Untidy], tidied: &mut usize) -> sqlx::Result<()> {
        for queue in queues {
            if self.limit.is_near() {
                return Ok(());
            }
            self.limit.hold(tidy(self.store, queue)).await?;
            *tidied += 1;
        }
        let dependencies = delete_loose_dependencies(self.store, queues);
        let done = self.limit.hold(dependencies).await;
        if done.is_err() {
            *tidied = 0;
        }
        done
    }
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
