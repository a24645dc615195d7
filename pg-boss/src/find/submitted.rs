//! What was submitted, as tests look at it.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::statement::sql;
use crate::store::Store;
use crate::timestamp::Timestamp;

/// A job that was submitted, by what tells it from others.
#[derive(Debug, sqlx::FromRow)]
#[expect(
    missing_docs,
    reason = "each field is what its name says, mostly a column"
)]
pub struct SubmittedRow {
    pub id: Uuid,
    /// JSON text.
    pub data: Option<String>,
    pub state: String,
    #[sqlx(try_from = "Timestamp")]
    pub created_on: DateTime<Utc>,
    #[sqlx(try_from = "Timestamp")]
    pub start_after: DateTime<Utc>,
    pub priority: i32,
    pub retry_limit: i32,
    pub singleton_key: Option<String>,
}

impl Store {
    /// The jobs of a queue, in the order in which they were submitted.
    pub async fn submitted(&self, queue: &str) -> sqlx::Result<Vec<SubmittedRow>> {
        sqlx::query_as(sql(&self.statements.find_submitted))
            .bind(queue)
            .fetch_all(&mut *self.connection().await?)
            .await
    }
}
