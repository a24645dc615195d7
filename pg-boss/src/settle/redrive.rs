//! Bringing dead letters home.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;
use uuid::Uuid;

use crate::statement::sql;
use crate::store::Store;

/// Which dead letters are meant, and where they go.
#[derive(Debug, Clone, Default)]
#[expect(
    missing_docs,
    reason = "each field is what its name says, mostly a column"
)]
pub struct DeadLetters {
    pub destination: Option<String>,
    pub source: Option<String>,
    /// JSON text that the data contains.
    pub data: Option<String>,
    pub created_before: Option<DateTime<Utc>>,
    pub ids: Option<Vec<Uuid>>,
    pub at_most: i64,
}

impl Store {
    /// Brings dead letters back; answers how many went, and how many their new queue's policy had no place for.
    pub async fn redrive(
        &self,
        connection: &mut PgConnection,
        queue: &str,
        letters: &DeadLetters,
    ) -> sqlx::Result<(i64, i64)> {
        sqlx::query_as(sql(&self.statements.redrive_jobs))
            .bind(queue)
            .bind(&letters.destination)
            .bind(&letters.source)
            .bind(&letters.data)
            .bind(letters.created_before)
            .bind(&letters.ids)
            .bind(letters.at_most)
            .fetch_one(connection)
            .await
    }

    /// Where dead letters would go, and how many; those that have no destination are under none.
    pub async fn preview_redrive(
        &self,
        connection: &mut PgConnection,
        queue: &str,
        letters: &DeadLetters,
    ) -> sqlx::Result<Vec<(Option<String>, i64)>> {
        sqlx::query_as(sql(&self.statements.preview_redrive))
            .bind(queue)
            .bind(&letters.destination)
            .bind(&letters.source)
            .bind(&letters.data)
            .bind(letters.created_before)
            .bind(&letters.ids)
            .bind(letters.at_most)
            .fetch_all(connection)
            .await
    }
}
