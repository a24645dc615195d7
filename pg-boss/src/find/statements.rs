//! Jobs of one queue, by their ids or by what is looked for.

use std::sync::Arc;

use jobs_rules::JobKey;
use serde_json::Value;
use sqlx::{Connection, PgConnection};
use uuid::Uuid;

use crate::fetch::QueueFetch;
use crate::page::Page;
use crate::statement::sql;
use crate::store::Store;

/// What jobs are looked for.
#[derive(Debug, Clone, Default)]
#[expect(
    missing_docs,
    reason = "each field is what its name says, mostly a column"
)]
pub struct JobFilter {
    pub id: Option<Uuid>,
    pub singleton_key: Option<String>,
    /// JSON text that the data contains.
    pub data: Option<String>,
    pub queued: bool,
    pub at_most: i64,
}

impl Store {
    /// The row with all its columns, as JSON text.
    pub async fn find(&self, job: &JobKey) -> sqlx::Result<Option<String>> {
        sqlx::query_scalar(sql(&self.statements.find_job))
            .bind(&job.name)
            .bind(job.id)
            .fetch_optional(&mut *self.connection().await?)
            .await
    }

    /// The state and the output.
    pub async fn find_end(&self, job: &JobKey) -> sqlx::Result<Option<(String, Option<Value>)>> {
        sqlx::query_as(sql(&self.statements.find_end))
            .bind(&job.name)
            .bind(job.id)
            .fetch_optional(&mut *self.connection().await?)
            .await
    }

    /// Whether a queue has a job of this id.
    pub async fn has_job(
        &self,
        connection: &mut PgConnection,
        queue: &str,
        id: Uuid,
    ) -> sqlx::Result<bool> {
        sqlx::query_scalar(sql(&self.statements.has_job))
            .bind(queue)
            .bind(id)
            .fetch_one(connection)
            .await
    }

    /// The rows of what is looked for as JSON texts, the oldest first, after the job of an id.
    pub async fn find_jobs(
        &self,
        connection: &mut PgConnection,
        queue: &str,
        sought: &JobFilter,
        after: Option<Uuid>,
    ) -> sqlx::Result<Vec<String>> {
        sqlx::query_scalar(sql(&self.statements.find_jobs))
            .bind(queue)
            .bind(sought.id)
            .bind(&sought.singleton_key)
            .bind(&sought.data)
            .bind(sought.queued)
            .bind(after)
            .bind(sought.at_most)
            .fetch_all(connection)
            .await
    }

    /// Fetches jobs of one queue by hand; gives their rows as JSON texts, by priority and age.
    pub async fn fetch_rows(
        &self,
        connection: &mut PgConnection,
        wanted: &QueueFetch,
    ) -> sqlx::Result<Vec<String>> {
        let mut transaction = connection.begin().await?;
        let fetched = self.fetch_one_queue(&mut transaction, wanted).await?;
        let ids: Vec<Uuid> = fetched.iter().map(|job| job.id).collect();
        let rows = sqlx::query_scalar(sql(&self.statements.find_rows))
            .bind(&wanted.name)
            .bind(ids)
            .fetch_all(&mut *transaction)
            .await?;
        transaction.commit().await?;
        Ok(rows)
    }

    /// The jobs that a job waits for.
    pub async fn find_dependencies(
        &self,
        connection: &mut PgConnection,
        job: &JobKey,
        page: &Page<(String, Uuid)>,
    ) -> sqlx::Result<Vec<(String, Uuid)>> {
        self.neighbours(&self.statements.find_dependencies, connection, job, page)
            .await
    }

    /// The jobs that wait for a job.
    pub async fn find_dependents(
        &self,
        connection: &mut PgConnection,
        job: &JobKey,
        page: &Page<(String, Uuid)>,
    ) -> sqlx::Result<Vec<(String, Uuid)>> {
        self.neighbours(&self.statements.find_dependents, connection, job, page)
            .await
    }

    async fn neighbours(
        &self,
        statement: &Arc<str>,
        connection: &mut PgConnection,
        job: &JobKey,
        page: &Page<(String, Uuid)>,
    ) -> sqlx::Result<Vec<(String, Uuid)>> {
        sqlx::query_as(sql(statement))
            .bind(&job.name)
            .bind(job.id)
            .bind(page.after.as_ref().map(|(name, _)| name))
            .bind(page.after.as_ref().map(|(_, id)| *id))
            .bind(page.at_most)
            .fetch_all(connection)
            .await
    }
}
