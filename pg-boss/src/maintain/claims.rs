//! Taking queues for a pass of the maintenance.

use sqlx::FromRow;

use crate::statement::sql;
use crate::store::Store;

/// Which queues a pass asks for.
#[derive(Debug, Clone, Copy)]
pub struct Claims<'a> {
    /// How many seconds must have gone by since the last pass over one.
    pub interval: f64,
    /// Only this queue.
    pub only: Option<&'a str>,
    /// How many at once.
    pub at_most: i64,
}

/// A queue that was taken to be cleaned up.
#[derive(Debug, Clone, FromRow)]
#[expect(
    missing_docs,
    reason = "each field is what its name says, mostly a column"
)]
pub struct ClaimedQueue {
    pub name: String,
    pub table_name: String,
}

impl Store {
    /// Takes queues to watch, so many at most, in order of name, of those after this one.
    pub async fn claim_monitoring(
        &self,
        claims: Claims<'_>,
        after: &str,
    ) -> sqlx::Result<Vec<String>> {
        sqlx::query_scalar(sql(&self.statements.claim_monitoring))
            .bind(claims.interval)
            .bind(after)
            .bind(claims.only)
            .bind(claims.at_most)
            .fetch_all(&mut *self.connection().await?)
            .await
    }

    /// Takes the next queue to clean up after this one in order of name.
    pub async fn claim_maintenance(
        &self,
        interval: f64,
        only: Option<&str>,
        after: &str,
    ) -> sqlx::Result<Option<ClaimedQueue>> {
        sqlx::query_as(sql(&self.statements.claim_maintenance))
            .bind(interval)
            .bind(after)
            .bind(only)
            .fetch_optional(&mut *self.connection().await?)
            .await
    }
}
