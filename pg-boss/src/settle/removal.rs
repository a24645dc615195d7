//! What takes jobs off the counts of their queue: removing them, and resuming them.

use sqlx::{Connection, PgConnection};
use uuid::Uuid;

use crate::settle::JobIds;
use crate::statement::sql;
use crate::store::Store;

/// How many jobs left a queue, and how many of them its count of retained jobs held.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, sqlx::FromRow)]
#[expect(
    missing_docs,
    reason = "each field is what its name says, mostly a column"
)]
pub struct Removed {
    pub jobs: i64,
    pub retained: i64,
}

/// The jobs with whether the count of retained jobs held each.
type CountResult = Vec<(Uuid, bool)>;

impl Store {
    /// Removes jobs.
    pub async fn delete(
        &self,
        connection: &mut PgConnection,
        jobs: &JobIds<'_>,
    ) -> sqlx::Result<CountResult> {
        sqlx::query_as(sql(&self.statements.delete_jobs))
            .bind(jobs.queue)
            .bind(&jobs.ids)
            .bind(&jobs.retry_counts)
            .bind(&jobs.starts)
            .fetch_all(connection)
            .await
    }

    /// Lets cancelled jobs wait again. A conflict undoes this alone, and a transaction of the caller's goes on.
    pub async fn resume(
        &self,
        connection: &mut PgConnection,
        jobs: &JobIds<'_>,
    ) -> sqlx::Result<CountResult> {
        let mut part = connection.begin().await?;
        let resumed = sqlx::query_as(sql(&self.statements.resume_jobs))
            .bind(jobs.queue)
            .bind(&jobs.ids)
            .fetch_all(&mut *part)
            .await?;
        part.commit().await?;
        Ok(resumed)
    }

    /// Removes at most this number of jobs of a queue: those that wait (`queued`), those that ended (`stored`) or `all`.
    pub async fn clear_jobs(
        &self,
        connection: &mut PgConnection,
        queue: &str,
        which: &str,
        at_most: i64,
    ) -> sqlx::Result<Removed> {
        sqlx::query_as(sql(&self.statements.clear_jobs))
            .bind(queue)
            .bind(which)
            .bind(at_most)
            .fetch_one(connection)
            .await
    }

    /// Takes jobs off the counts of a queue.
    pub async fn reduce_counts(
        &self,
        connection: &mut PgConnection,
        queue: &str,
        removed: Removed,
    ) -> sqlx::Result<()> {
        sqlx::query(sql(&self.statements.reduce_counts))
            .bind(queue)
            .bind(removed.jobs)
            .bind(removed.retained)
            .execute(connection)
            .await
            .map(drop)
    }

    /// Removes every job of every queue.
    pub async fn empty_jobs(&self, connection: &mut PgConnection) -> sqlx::Result<()> {
        sqlx::query(sql(&self.statements.empty_jobs))
            .execute(&mut *connection)
            .await?;
        self.zero_counts(connection, None).await
    }

    /// Says that a queue with a table of its own, or that each queue, has no jobs.
    pub async fn zero_counts(
        &self,
        connection: &mut PgConnection,
        queue: Option<&str>,
    ) -> sqlx::Result<()> {
        sqlx::query(sql(&self.statements.zero_counts))
            .bind(queue)
            .execute(connection)
            .await
            .map(drop)
    }
}
