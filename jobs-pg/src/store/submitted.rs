//! What was submitted, as tests look at it.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::{Store, Timestamp, sql};

/// A job that was submitted, by what tells it from others.
#[derive(Debug, sqlx::FromRow)]
pub(crate) struct SubmittedRow {
    pub(crate) id: Uuid,
    /// JSON text.
    pub(crate) data: Option<String>,
    pub(crate) state: String,
    #[sqlx(try_from = "Timestamp")]
    pub(crate) created_on: DateTime<Utc>,
    #[sqlx(try_from = "Timestamp")]
    pub(crate) start_after: DateTime<Utc>,
    pub(crate) priority: i32,
    pub(crate) retry_limit: i32,
    pub(crate) singleton_key: Option<String>,
}

impl Store {
    /// The jobs of a queue, in the order in which they were submitted.
    pub(crate) async fn submitted(&self, queue: &str) -> sqlx::Result<Vec<SubmittedRow>> {
        sqlx::query_as(sql(&self.statements.find_submitted))
            .bind(queue)
            .fetch_all(&self.pool)
            .await
    }
}
