//! Single jobs, by queue and id.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use jobs_core::JobKey;
use serde_json::Value;
use uuid::Uuid;

use super::{Store, sql};

/// A job that was submitted, by what tells it from others.
#[derive(Debug, sqlx::FromRow)]
pub(crate) struct SubmittedRow {
    pub(crate) id: Uuid,
    /// JSON text.
    pub(crate) data: Option<String>,
    pub(crate) state: String,
    pub(crate) created_on: DateTime<Utc>,
    pub(crate) start_after: DateTime<Utc>,
    pub(crate) priority: i32,
    pub(crate) retry_limit: i32,
    pub(crate) singleton_key: Option<String>,
}

impl Store {
    /// The row with all its columns.
    pub(crate) async fn find(&self, job: &JobKey) -> sqlx::Result<Option<Value>> {
        sqlx::query_scalar(sql(&self.statements.find_job))
            .bind(&job.name)
            .bind(job.id)
            .fetch_optional(&self.pool)
            .await
    }

    /// The state and the output.
    pub(crate) async fn find_end(
        &self,
        job: &JobKey,
    ) -> sqlx::Result<Option<(String, Option<Value>)>> {
        sqlx::query_as(sql(&self.statements.find_end))
            .bind(&job.name)
            .bind(job.id)
            .fetch_optional(&self.pool)
            .await
    }

    /// The jobs of a queue, in the order in which they were submitted.
    pub(crate) async fn submitted(&self, queue: &str) -> sqlx::Result<Vec<SubmittedRow>> {
        sqlx::query_as(sql(&self.statements.find_submitted))
            .bind(queue)
            .fetch_all(&self.pool)
            .await
    }

    /// Cancels a job that has not ended; `false` if there is none.
    pub(crate) async fn cancel(&self, job: &JobKey) -> sqlx::Result<bool> {
        self.change(&self.statements.cancel_job, job).await
    }

    /// Lets a cancelled job wait again; `false` if there is none.
    pub(crate) async fn resume(&self, job: &JobKey) -> sqlx::Result<bool> {
        self.change(&self.statements.resume_job, job).await
    }

    /// Gives a failed job one more attempt; `false` if there is none.
    pub(crate) async fn retry(&self, job: &JobKey) -> sqlx::Result<bool> {
        self.change(&self.statements.retry_job, job).await
    }

    /// Removes a job; `false` if there is none.
    pub(crate) async fn delete(&self, job: &JobKey) -> sqlx::Result<bool> {
        self.change(&self.statements.delete_job, job).await
    }

    async fn change(&self, statement: &Arc<str>, job: &JobKey) -> sqlx::Result<bool> {
        let done = sqlx::query(sql(statement))
            .bind(&job.name)
            .bind(job.id)
            .execute(&self.pool)
            .await?;
        Ok(done.rows_affected() > 0)
    }
}
