//! Queues.

use serde_json::{Map, Value};
use sqlx::types::Json;

use super::{Store, sql};

/// One queue with its options. Times are whole seconds.
#[derive(Debug, Clone, sqlx::FromRow)]
pub(crate) struct QueueRow {
    pub(crate) name: String,
    pub(crate) policy: String,
    pub(crate) partition: bool,
    pub(crate) retry_limit: i32,
    pub(crate) retry_delay: i32,
    pub(crate) retry_backoff: bool,
    pub(crate) retry_delay_max: Option<i32>,
    pub(crate) expire_seconds: i32,
    pub(crate) retention_seconds: i32,
    pub(crate) deletion_seconds: i32,
    pub(crate) dead_letter: Option<String>,
    pub(crate) heartbeat_seconds: Option<i32>,
    pub(crate) notify: bool,
}

impl Store {
    /// The queues of these names that there are.
    pub(crate) async fn find_queues(&self, names: &[&str]) -> sqlx::Result<Vec<QueueRow>> {
        sqlx::query_as(sql(&self.statements.find_queues))
            .bind(names)
            .fetch_all(&self.pool)
            .await
    }

    /// The queues with due jobs that are none of these, and are no dead letter queues.
    pub(crate) async fn find_unhandled(&self, handled: &[&str]) -> sqlx::Result<Vec<String>> {
        sqlx::query_scalar(sql(&self.statements.find_unhandled))
            .bind(handled)
            .fetch_all(&self.pool)
            .await
    }

    /// Makes queues with options in pg-boss's spelling, in this order, and all of them or none; those that stand are left as
    /// they are.
    pub(crate) async fn create_queues(
        &self,
        queues: &[(&str, Map<String, Value>)],
    ) -> sqlx::Result<()> {
        let mut transaction = self.begin_locked("create-queue").await?;
        for (name, options) in queues {
            sqlx::query(sql(&self.statements.create_queue))
                .bind(name)
                .bind(Json(options))
                .execute(&mut *transaction)
                .await?;
        }
        transaction.commit().await
    }

    /// Changes what is given of a queue, in pg-boss's spelling.
    pub(crate) async fn change_queue(
        &self,
        name: &str,
        options: &Map<String, Value>,
    ) -> sqlx::Result<()> {
        sqlx::query(sql(&self.statements.change_queue))
            .bind(name)
            .bind(Json(options))
            .execute(&self.pool)
            .await
            .map(drop)
    }
}
