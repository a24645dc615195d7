//! What is counted of queues, in their own rows.

use chrono::{DateTime, Utc};

use crate::statement::sql;
use crate::store::Store;

/// What was counted of one queue.
#[derive(Debug, sqlx::FromRow)]
#[expect(
    missing_docs,
    reason = "each field is what its name says, mostly a column"
)]
pub struct QueueCount {
    pub name: String,
    pub queued_count: i32,
    /// The queue's own bound for a warning; 0 if it has none.
    pub warning_queued: i32,
    /// How long the count kept Postgres from cleaning up.
    pub held_seconds: f64,
}

/// What else a count is written to.
#[derive(Debug, Clone, Copy)]
#[expect(
    missing_docs,
    reason = "each field is what its name says, mostly a column"
)]
pub enum History {
    /// Nothing: the counts are asked for.
    Unchanged,
    /// The short history of the queue.
    Short,
    /// That, and how much passed through; a queue that was not counted for longer than this, in seconds, begins afresh.
    Throughput { fresh_after: f64 },
}

/// The last counts of a queue.
#[derive(Debug, sqlx::FromRow)]
#[expect(
    missing_docs,
    reason = "each field is what its name says, mostly a column"
)]
pub struct Counts {
    pub deferred_count: i32,
    pub queued_count: i32,
    pub ready_count: i32,
    pub active_count: i32,
    pub failed_count: i32,
    pub total_count: i32,
    pub counted_on: Option<DateTime<Utc>>,
    pub age_seconds: Option<f64>,
    pub resting: bool,
}

/// A rest from counting that was just ordered.
#[derive(Debug, sqlx::FromRow)]
#[expect(
    missing_docs,
    reason = "each field is what its name says, mostly a column"
)]
pub struct Rest {
    /// The time between two rounds of autovacuum.
    pub round_seconds: f64,
    pub rest_seconds: f64,
    pub rests_until: DateTime<Utc>,
}

impl Store {
    /// Writes the counts of queues, unless another process counts, or a pause from counting is in force.
    pub async fn count_queues(
        &self,
        queues: &[String],
        history: History,
    ) -> sqlx::Result<Option<Vec<QueueCount>>> {
        let mut transaction = self.begin_bounded().await?;
        let (rests, is_free) = self.may_count(&mut transaction).await?;
        if rests || !is_free {
            return Ok(None);
        }
        let counts = self.count_in(&mut transaction, queues, history).await?;
        transaction.commit().await?;
        Ok(Some(counts))
    }

    /// Whether a heavy count is to be rested from; if not, whether this transaction has the lock for counting.
    pub(crate) async fn may_count(
        &self,
        transaction: &mut sqlx::PgConnection,
    ) -> sqlx::Result<(bool, bool)> {
        sqlx::query_as(sql(&self.statements.counting_allowed))
            .bind(self.schema.lock_key(&self.database, "queue-stats"))
            .fetch_one(transaction)
            .await
    }

    /// Writes the counts of a queue that has none yet, even if another process counts.
    pub async fn count_first(&self, queue: &str) -> sqlx::Result<()> {
        let mut transaction = self.begin_bounded().await?;
        self.count_in(&mut transaction, &[queue.to_owned()], History::Unchanged)
            .await?;
        transaction.commit().await
    }

    async fn count_in(
        &self,
        transaction: &mut sqlx::PgConnection,
        queues: &[String],
        history: History,
    ) -> sqlx::Result<Vec<QueueCount>> {
        self.lock_queues(transaction, queues).await?;
        let counts = sqlx::query_as(sql(&self.statements.count_queues))
            .bind(queues)
            .bind(!matches!(history, History::Unchanged))
            .fetch_all(&mut *transaction)
            .await?;
        if let History::Throughput { fresh_after } = history {
            sqlx::query(sql(&self.statements.count_throughput))
                .bind(queues)
                .bind(fresh_after)
                .execute(transaction)
                .await?;
        }
        Ok(counts)
    }

    /// Pauses counting for a while, after counts that took this long, in seconds; nothing if they were light enough.
    pub async fn rest_from_counting(&self, seconds: f64) -> sqlx::Result<Option<Rest>> {
        sqlx::query_as(sql(&self.statements.rest_from_counting))
            .bind(seconds)
            .fetch_optional(&mut *self.connection().await?)
            .await
    }

    /// The last counts of a queue; nothing if there is no such queue.
    pub async fn find_counts(&self, queue: &str) -> sqlx::Result<Option<Counts>> {
        sqlx::query_as(sql(&self.statements.find_counts))
            .bind(queue)
            .fetch_optional(&mut *self.connection().await?)
            .await
    }
}
