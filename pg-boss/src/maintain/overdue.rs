//! Maintenance: attempts that ran out of time, old jobs, jobs that wait for others.

use sqlx::{Connection, PgConnection};
use uuid::Uuid;

use crate::error::is_unique_violation;
use crate::maintain::ClaimedQueue;
use crate::settle::FailedPlace;
use crate::settle::{Attempt, Failed};
use crate::statement::sql;
use crate::store::Store;
use crate::timestamp::Timestamp;

/// One table with attempts to be ended.
#[derive(Debug, sqlx::FromRow)]
pub struct OverdueTable {
    /// Its name, without the schema.
    pub table_name: String,
    /// Whether attempts of it took longer than they may.
    pub expired: bool,
    /// Whether workers of attempts of it sent no heartbeat in time.
    pub silent: bool,
}

/// An attempt that is to be ended.
#[derive(Debug, Clone, sqlx::FromRow)]
#[expect(
    missing_docs,
    reason = "each field is what its name says, mostly a column"
)]
pub struct OverdueAttempt {
    pub name: String,
    pub id: Uuid,
    pub retry_count: i32,
    pub started_on: Timestamp,
    pub retry_limit: i32,
}

impl OverdueAttempt {
    /// The attempt.
    pub fn attempt(&self) -> Attempt {
        Attempt {
            name: self.name.as_str().into(),
            id: self.id,
            retry_count: self.retry_count,
            started_on: self.started_on,
        }
    }

    /// What names its job.
    pub fn key(&self) -> (String, Uuid) {
        (self.name.clone(), self.id)
    }
}

/// A job whose attempt failed, and in how many seconds the next one is due.
pub(crate) type FailedJob = (Uuid, Option<f64>);

fn jobs_at(failed: &[&Failed], places: Vec<FailedPlace>) -> Vec<FailedJob> {
    let jobs = places
        .into_iter()
        .filter_map(|(at, due_in)| Some((failed.get(at)?.id, due_in)));
    jobs.collect()
}

/// What one step of releasing waiting jobs did.
#[derive(Debug, Clone, Copy, sqlx::FromRow)]
pub struct Resolved {
    /// How many ended jobs it looked at.
    pub parents: i64,
    /// How many jobs wait for nothing any more.
    pub children: i64,
}

impl Store {
    /// The tables that hold attempts to be ended, of these queues or of all. `watched` is for how many seconds the caller has
    /// watched the database without a gap; without it, every lost heartbeat counts.
    pub async fn overdue(
        &self,
        queues: Option<&[String]>,
        watched: Option<f64>,
    ) -> sqlx::Result<Vec<OverdueTable>> {
        sqlx::query_as(sql(&self.statements.find_overdue))
            .bind(queues)
            .bind(watched)
            .fetch_all(&mut *self.connection().await?)
            .await
    }

    /// Takes attempts of one table that took longer than they may, until the transaction ends.
    pub async fn take_expired(
        &self,
        connection: &mut PgConnection,
        table: &str,
        at_most: i64,
    ) -> sqlx::Result<Vec<OverdueAttempt>> {
        sqlx::query_as(sql(&self.statements.take_expired))
            .bind(table)
            .bind(at_most)
            .fetch_all(connection)
            .await
    }

    /// Takes attempts of one table whose heartbeat was lost, until the transaction ends. `watched` is as for
    /// [`overdue`](Self::overdue).
    pub async fn take_silent(
        &self,
        connection: &mut PgConnection,
        table: &str,
        at_most: i64,
        watched: Option<f64>,
    ) -> sqlx::Result<Vec<OverdueAttempt>> {
        sqlx::query_as(sql(&self.statements.take_silent))
            .bind(table)
            .bind(at_most)
            .bind(watched)
            .fetch_all(connection)
            .await
    }

    /// Fails attempts, each for good if its queue's policy has no place for a retry. Returns which were still active, and in how
    /// many seconds the next attempt of each is due. All or nothing, in a transaction.
    pub async fn fail_held(
        &self,
        connection: &mut PgConnection,
        mut failed: Vec<Failed>,
    ) -> sqlx::Result<Vec<FailedJob>> {
        if failed.is_empty() {
            return Ok(Vec::new());
        }
        failed.sort_by(|one, other| (&one.name, one.id).cmp(&(&other.name, other.id)));
        let all: Vec<&Failed> = failed.iter().collect();
        if let Some(jobs) = self.try_to_fail(connection, &all).await? {
            return Ok(jobs);
        }
        // The policy has no place for one of the retries (stately): that job has failed for good.
        let mut jobs = Vec::with_capacity(failed.len());
        for one in &mut failed {
            match self.try_to_fail(connection, &[one]).await? {
                Some(failed) => jobs.extend(failed),
                None => {
                    one.for_good = true;
                    jobs.extend(jobs_at(&[one], self.fail(connection, &[one]).await?));
                }
            }
        }
        Ok(jobs)
    }

    /// Fails attempts, or changes nothing and returns `None` if a policy has no place for one of the retries.
    async fn try_to_fail(
        &self,
        connection: &mut PgConnection,
        failed: &[&Failed],
    ) -> sqlx::Result<Option<Vec<FailedJob>>> {
        let mut savepoint = connection.begin().await?;
        match self.fail(&mut savepoint, failed).await {
            Ok(places) => savepoint
                .commit()
                .await
                .map(|()| Some(jobs_at(failed, places))),
            Err(error) if is_unique_violation(&error) => savepoint.rollback().await.map(|()| None),
            Err(error) => Err(error),
        }
    }

    /// Removes jobs of a queue that were kept long enough, at most `at_most`; returns how many there were.
    pub async fn delete_outlived(&self, queue: &ClaimedQueue, at_most: i64) -> sqlx::Result<u64> {
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
    pub async fn recount_queue(&self, queue: &str) -> sqlx::Result<()> {
        let mut transaction = self.begin_bounded().await?;
        self.lock_queues(&mut transaction, &[queue.to_owned()])
            .await?;
        sqlx::query(sql(&self.statements.recount_queue))
            .bind(queue)
            .execute(&mut *transaction)
            .await?;
        transaction.commit().await
    }

    /// Removes the edges of flows that lost an end, as far as this queue is concerned.
    pub async fn delete_loose_dependencies(&self, queue: &ClaimedQueue) -> sqlx::Result<()> {
        let suffix = format!("{}cleanupDependencies", queue.table_name);
        let mut transaction = self.begin_locked(&suffix).await?;
        sqlx::query(sql(&self.statements.delete_loose_dependencies))
            .bind([&queue.name].as_slice())
            .execute(&mut *transaction)
            .await?;
        transaction.commit().await
    }

    /// Takes the pass over flows, if no process has taken it for this long, in seconds.
    pub async fn claim_flows(&self, seconds: f64) -> sqlx::Result<bool> {
        sqlx::query_scalar(sql(&self.statements.claim_flows))
            .bind(seconds)
            .fetch_one(&mut *self.connection().await?)
            .await
    }

    /// Lets jobs go that waited for the last of their parents, for at most `at_most` parents.
    pub async fn release_children(&self, at_most: i64) -> sqlx::Result<Resolved> {
        sqlx::query_as(sql(&self.statements.release_children))
            .bind(at_most)
            .fetch_one(&mut *self.connection().await?)
            .await
    }

    pub(crate) async fn lock_queues(
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
