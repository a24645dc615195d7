//! The queues that are paused.

#![expect(clippy::disallowed_methods, reason = "this is the place for them")]

use chrono::{DateTime, Utc};
use pg_boss::protocol::sql;

use super::Store;
use super::own::PAUSED_QUEUES;

impl Store {
    /// Pauses a queue, for which our own schema must be usable, or ends its pause. Returns whether there is such a queue.
    pub(crate) async fn set_paused(&self, queue: &str, is_paused: bool) -> sqlx::Result<bool> {
        let statement = match is_paused {
            true => &self.own.statements.pause_queue,
            // No queue was ever paused.
            false if !self.own_has(PAUSED_QUEUES).await? => {
                return Ok(!self.find_queues(&[queue]).await?.is_empty());
            }
            false => &self.own.statements.resume_queue,
        };
        let found: Option<String> = sqlx::query_scalar(sql(statement))
            .bind(queue)
            .bind(self.control_channel())
            .fetch_optional(&mut *self.connection().await?)
            .await?;
        Ok(found.is_some())
    }

    /// The names of the paused queues.
    pub(crate) async fn paused_queues(&self) -> sqlx::Result<Vec<String>> {
        let pauses = self.pauses().await?.into_iter();
        Ok(pauses.map(|(queue, _)| queue).collect())
    }

    /// The paused queues, and since when.
    pub(crate) async fn pauses(&self) -> sqlx::Result<Vec<(String, DateTime<Utc>)>> {
        if !self.own_has(PAUSED_QUEUES).await? {
            return Ok(Vec::new());
        }
        let found = sqlx::query_as(sql(&self.own.statements.find_paused_queues))
            .fetch_all(&mut *self.connection().await?)
            .await;
        match found {
            Err(error) if self.is_not_allowed(&error) => Ok(Vec::new()),
            found => found,
        }
    }
}
