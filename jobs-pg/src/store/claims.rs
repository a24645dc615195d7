//! Taking queues for a pass of the upkeep, and giving back those that it did not see to.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use sqlx::FromRow;
use sqlx::postgres::PgRow;

use super::{Store, sql};

/// Which queues a pass asks for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Claims<'a> {
    /// How many seconds must have gone by since the last pass over one.
    pub(crate) interval: f64,
    /// Only this queue.
    pub(crate) only: Option<&'a str>,
    /// How many at once.
    pub(crate) at_most: i64,
}

/// A queue that was taken to be watched.
#[derive(Debug, Clone, FromRow)]
pub(crate) struct Watched {
    pub(crate) name: String,
    pub(crate) taken_on: DateTime<Utc>,
}

/// A queue that was taken to be tidied.
#[derive(Debug, Clone, FromRow)]
pub(crate) struct Untidy {
    pub(crate) name: String,
    pub(crate) table_name: String,
    pub(crate) taken_on: DateTime<Utc>,
}

impl Store {
    /// Takes queues to watch, in order of name, of those after this one.
    pub(crate) async fn claim_monitoring(
        &self,
        claims: Claims<'_>,
        after: &str,
    ) -> sqlx::Result<Vec<Watched>> {
        self.claim(&self.statements.claim_monitoring, claims, after)
            .await
    }

    /// Gives queues back that were taken to be watched at that time, and were not.
    pub(crate) async fn release_monitoring(
        &self,
        queues: &[String],
        taken_on: DateTime<Utc>,
    ) -> sqlx::Result<()> {
        self.give_back(&self.statements.release_monitoring, queues, taken_on)
            .await
    }

    /// Takes queues to tidy, in order of name, of those after this one.
    pub(crate) async fn claim_maintenance(
        &self,
        claims: Claims<'_>,
        after: &str,
    ) -> sqlx::Result<Vec<Untidy>> {
        self.claim(&self.statements.claim_maintenance, claims, after)
            .await
    }

    /// Gives queues back that were taken to be tidied at that time, and were not.
    pub(crate) async fn release_maintenance(
        &self,
        queues: &[String],
        taken_on: DateTime<Utc>,
    ) -> sqlx::Result<()> {
        self.give_back(&self.statements.release_maintenance, queues, taken_on)
            .await
    }

    async fn claim<Claimed>(
        &self,
        statement: &Arc<str>,
        claims: Claims<'_>,
        after: &str,
    ) -> sqlx::Result<Vec<Claimed>>
    where
        Claimed: for<'row> FromRow<'row, PgRow> + Send + Unpin,
    {
        sqlx::query_as(sql(statement))
            .bind(claims.interval)
            .bind(after)
            .bind(claims.only)
            .bind(claims.at_most)
            .fetch_all(&self.pool)
            .await
    }

    async fn give_back(
        &self,
        statement: &Arc<str>,
        queues: &[String],
        taken_on: DateTime<Utc>,
    ) -> sqlx::Result<()> {
        sqlx::query(sql(statement))
            .bind(queues)
            .bind(taken_on)
            .execute(&self.pool)
            .await
            .map(drop)
    }
}
