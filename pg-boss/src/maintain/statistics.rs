//! What is counted of queues over time.

use chrono::{DateTime, Utc};

use crate::statement::sql;
use crate::store::Store;

/// What was counted of a queue at a time, or in a step of time.
#[derive(Debug, sqlx::FromRow)]
#[expect(
    missing_docs,
    reason = "each field is what its name says, mostly a column"
)]
pub struct StatisticsRow {
    pub deferred_count: i32,
    pub queued_count: i32,
    pub ready_count: i32,
    pub active_count: i32,
    pub failed_count: i32,
    pub total_count: i32,
    pub created_delta: Option<i32>,
    pub completed_delta: Option<i32>,
    pub failed_delta: Option<i32>,
    pub delta_seconds: Option<i32>,
    pub delta_on: Option<DateTime<Utc>>,
    pub wait_bins: Option<Vec<Option<i32>>>,
    pub run_bins: Option<Vec<Option<i32>>>,
    pub ready_oldest_seconds: Option<i32>,
    pub captured_on: DateTime<Utc>,
}

/// Of what is kept of a queue, what is asked for.
#[derive(Debug, Clone)]
#[expect(
    missing_docs,
    reason = "each field is what its name says, mostly a column"
)]
pub struct Span {
    pub from: Option<DateTime<Utc>>,
    pub to: Option<DateTime<Utc>>,
    pub at_most: i64,
    /// The length of a step, or how many steps there may be, where it is to be folded.
    pub step_seconds: Option<i64>,
    pub steps: Option<i64>,
    /// `max`, `min` or `avg`.
    pub fold: &'static str,
}

impl Store {
    /// Makes the tables of the days that are about to be needed.
    pub async fn create_statistics_days(&self) -> sqlx::Result<()> {
        let mut transaction = self.begin_bounded().await?;
        sqlx::query(sql(&self.statements.create_statistics_days))
            .execute(&mut *transaction)
            .await?;
        transaction.commit().await
    }

    /// Drops the tables of days that were kept long enough.
    pub async fn drop_old_statistics(&self, days: u32) -> sqlx::Result<()> {
        let mut transaction = self.begin_bounded().await?;
        sqlx::query(sql(&self.statements.keep_statistics))
            .bind(days.to_string())
            .execute(&mut *transaction)
            .await?;
        sqlx::query(sql(&self.statements.drop_old_statistics))
            .execute(&mut *transaction)
            .await?;
        transaction.commit().await
    }

    /// Keeps what was just counted of queues.
    pub async fn insert_statistics(&self, queues: &[&str]) -> sqlx::Result<()> {
        let mut transaction = self.begin_locked("queue-stats-insert").await?;
        sqlx::query(sql(&self.statements.insert_statistics))
            .bind(queues)
            .execute(&mut *transaction)
            .await?;
        transaction.commit().await
    }

    /// Adds to what was kept lately of queues what was written too late for it, unless another process counts.
    pub async fn raise_statistics(&self, queues: &[&str]) -> sqlx::Result<()> {
        let mut transaction = self.begin_bounded().await?;
        if let (_, true) = self.may_count(&mut transaction).await? {
            sqlx::query(sql(&self.statements.raise_statistics))
                .bind(queues)
                .execute(&mut *transaction)
                .await?;
        }
        transaction.commit().await
    }

    /// What is kept of a queue, the newest first.
    pub async fn find_statistics(
        &self,
        queue: &str,
        span: &Span,
    ) -> sqlx::Result<Vec<StatisticsRow>> {
        let folded = span.step_seconds.is_some() || span.steps.is_some();
        let statement = match folded {
            true => &self.statements.fold_statistics,
            false => &self.statements.find_statistics,
        };
        let mut query = sqlx::query_as(sql(statement))
            .bind(queue)
            .bind(span.from)
            .bind(span.to)
            .bind(span.at_most);
        if folded {
            query = query
                .bind(span.step_seconds)
                .bind(span.steps)
                .bind(span.fold);
        }
        query.fetch_all(&mut *self.connection().await?).await
    }
}
