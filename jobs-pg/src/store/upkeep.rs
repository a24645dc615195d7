//! Upkeep: attempts that ran out of time, old jobs, jobs that wait for others.

use sqlx::{Connection, PgConnection};
use uuid::Uuid;

use super::settle::FailedPlace;
use super::{Attempt, Failed, Store, Timestamp, Untidy, sql};
use crate::error::is_unique_violation;

/// Why an attempt is ended from outside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Overdue {
    /// It took longer than it may.
    Expired,
    /// Nobody gives signs of life for it.
    Silent,
}

/// One table with attempts to be ended.
#[derive(Debug, sqlx::FromRow)]
pub(crate) struct OverdueTable {
    pub(crate) table_name: String,
    pub(crate) expired: bool,
    pub(crate) silent: bool,
}

/// What one step of releasing waiting jobs did.
#[derive(Debug, Clone, Copy, sqlx::FromRow)]
pub(crate) struct Resolved {
    pub(crate) parents: i64,
    pub(crate) children: i64,
}

impl Overdue {
    /// The output of an attempt that ended so, in pg-boss's words.
    const fn output(self) -> &'static str {
        match self {
            Self::Expired => r#"{"value":{"message":"job timed out"}}"#,
            Self::Silent => r#"{"value":{"message":"job heartbeat timeout"}}"#,
        }
    }

    const fn lock_suffix(self) -> &'static str {
        match self {
            Self::Expired => "failJobsByTimeout",
            Self::Silent => "failJobsByHeartbeat",
        }
    }
}

fn ids_of(failed: &[&Failed], places: Vec<FailedPlace>) -> Vec<Uuid> {
    let ids = places.into_iter().filter_map(|(at, _)| failed.get(at));
    ids.map(|failed| failed.id).collect()
}

impl Store {
    /// The tables that hold attempts to be ended, of these queues or of all.
    pub(crate) async fn overdue(
        &self,
        queues: Option<&[String]>,
    ) -> sqlx::Result<Vec<OverdueTable>> {
        sqlx::query_as(sql(&self.statements.find_overdue))
            .bind(queues)
            .fetch_all(&self.pool)
            .await
    }

    /// Fails so many attempts of one table at most that are to be ended; answers how many there were.
    pub(crate) async fn sweep(
        &self,
        table: &str,
        overdue: Overdue,
        at_most: i64,
    ) -> sqlx::Result<usize> {
        let statement = match overdue {
            Overdue::Expired => &self.statements.take_expired,
            Overdue::Silent => &self.statements.take_silent,
        };
        let suffix = format!("{table}{}", overdue.lock_suffix());
        let mut transaction = self.begin_locked(&suffix).await?;
        let attempts: Vec<(String, Uuid, i32, Timestamp)> = sqlx::query_as(sql(statement))
            .bind(table)
            .bind(at_most)
            .fetch_all(&mut *transaction)
            .await?;
        let taken = attempts.len();
        let failed = attempts
            .into_iter()
            .map(|(name, id, retry_count, started_on)| {
                let name = name.into();
                let attempt = Attempt {
                    name,
                    id,
                    retry_count,
                    started_on,
                };
                Failed::new(&attempt, overdue.output().to_owned())
            });
        self.fail_held(&mut transaction, failed.collect()).await?;
        transaction.commit().await?;
        Ok(taken)
    }

    /// Fails attempts, each for good if its queue's policy has no place for a retry; returns the ids of those that were still
    /// active. All or nothing, in a transaction.
    pub(crate) async fn fail_held(
        &self,
        connection: &mut PgConnection,
        mut failed: Vec<Failed>,
    ) -> sqlx::Result<Vec<Uuid>> {
        if failed.is_empty() {
            return Ok(Vec::new());
        }
        failed.sort_by(|one, other| (&one.name, one.id).cmp(&(&other.name, other.id)));
        let all: Vec<&Failed> = failed.iter().collect();
        if let Some(ids) = self.try_to_fail(connection, &all).await? {
            return Ok(ids);
        }
        // The policy has no place for one of the retries (stately): that job has failed for good.
        let mut ids = Vec::with_capacity(failed.len());
        for one in &mut failed {
            match self.try_to_fail(connection, &[one]).await? {
                Some(failed) => ids.extend(failed),
                None => {
                    one.for_good = true;
                    ids.extend(ids_of(&[one], self.fail(connection, &[one]).await?));
                }
            }
        }
        Ok(ids)
    }

    /// Fails attempts, or changes nothing and returns `None` if a policy has no place for one of the retries.
    async fn try_to_fail(
        &self,
        connection: &mut PgConnection,
        failed: &[&Failed],
    ) -> sqlx::Result<Option<Vec<Uuid>>> {
        let mut savepoint = connection.begin().await?;
        match self.fail(&mut savepoint, failed).await {
            Ok(places) => savepoint
                .commit()
                .await
                .map(|()| Some(ids_of(failed, places))),
            Err(error) if is_unique_violation(&error) => savepoint.rollback().await.map(|()| None),
            Err(error) => Err(error),
        }
    }

    /// Removes so many jobs of a queue at most that were kept long enough; answers how many there were.
    pub(crate) async fn delete_outlived(&self, queue: &Untidy, at_most: i64) -> sqlx::Result<u64> {
        let suffix = format!("{}deletion", queue.table_name);
        let mut transaction = self.begin_locked(&suffix).await?;
        let deleted = sqlx::query(sql(&self.statements.delete_outlived))
            .bind(&queue.name)
            .bind(at_most)
            .execute(&mut *transaction)
            .await?;
        transaction.commit().await?;
        Ok(deleted.rows_affected())
    }

    /// Counts the ended jobs of a queue afresh.
    pub(crate) async fn recount_queue(&self, queue: &str) -> sqlx::Result<()> {
        let mut transaction = self.begin_bounded().await?;
        self.lock_queues(&mut transaction, &[queue.to_owned()])
            .await?;
        sqlx::query(sql(&self.statements.recount_queue))
            .bind(queue)
            .execute(&mut *transaction)
            .await?;
        transaction.commit().await
    }

    /// Removes the edges of flows that lost an end, as far as these queues of one table are concerned.
    pub(crate) async fn delete_loose_dependencies(
        &self,
        table: &str,
        queues: &[String],
    ) -> sqlx::Result<()> {
        let suffix = format!("{table}cleanupDependencies");
        let mut transaction = self.begin_locked(&suffix).await?;
        sqlx::query(sql(&self.statements.delete_loose_dependencies))
            .bind(queues)
            .execute(&mut *transaction)
            .await?;
        transaction.commit().await
    }

    /// Takes the pass over flows, if nobody took it for so many seconds.
    pub(crate) async fn claim_flows(&self, seconds: f64) -> sqlx::Result<bool> {
        sqlx::query_scalar(sql(&self.statements.claim_flows))
            .bind(seconds)
            .fetch_one(&self.pool)
            .await
    }

    /// Lets jobs go that waited for the last of so many parents at most.
    pub(crate) async fn release_children(&self, at_most: i64) -> sqlx::Result<Resolved> {
        sqlx::query_as(sql(&self.statements.release_children))
            .bind(at_most)
            .fetch_one(&self.pool)
            .await
    }

    pub(super) async fn lock_queues(
        &self,
        connection: &mut PgConnection,
        queues: &[String],
    ) -> sqlx::Result<()> {
        sqlx::query(sql(&self.statements.lock_queues))
            .bind(queues)
            .execute(connection)
            .await
            .map(drop)
    }
}
