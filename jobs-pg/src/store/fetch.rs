//! Fetching jobs.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::{Attempt, Store, sql};
use crate::error::is_unique_violation;

/// A job that was fetched: its attempt has begun, by the database's clock.
#[derive(Debug, sqlx::FromRow)]
pub(crate) struct Fetched {
    pub(crate) name: String,
    pub(crate) id: Uuid,
    pub(crate) data: Option<String>,
    pub(crate) priority: i32,
    pub(crate) retry_count: i32,
    pub(crate) retry_limit: i32,
    pub(crate) expire_seconds: i32,
    pub(crate) heartbeat_seconds: Option<i32>,
    pub(crate) created_on: DateTime<Utc>,
    pub(crate) start_after: DateTime<Utc>,
    pub(crate) started_on: DateTime<Utc>,
    pub(crate) singleton_key: Option<String>,
}

impl Fetched {
    /// What names this attempt.
    pub(crate) fn attempt(&self) -> Attempt {
        Attempt {
            name: self.name.as_str().into(),
            id: self.id,
            retry_count: self.retry_count,
        }
    }
}

/// How many jobs of one queue are wanted.
#[derive(Debug, Clone)]
pub(crate) struct Wanted {
    pub(crate) name: &'static str,
    pub(crate) slots: i32,
    /// Whether the queue's policy looks at active jobs.
    pub(crate) limited: bool,
}

impl Store {
    /// Takes due jobs of these queues, at most so many in all, and marks them active. They come by priority and age.
    pub(crate) async fn fetch(
        &self,
        wanted: &[Wanted],
        in_all: usize,
    ) -> sqlx::Result<Vec<Fetched>> {
        let (limited, free): (Vec<&Wanted>, Vec<&Wanted>) =
            wanted.iter().partition(|queue| queue.limited);
        let mut fetched = self.fetch_free(&free, in_all).await?;
        for queue in limited {
            let rest = in_all.saturating_sub(fetched.len());
            if rest > 0 {
                let slots = queue.slots.min(i32::try_from(rest).unwrap_or(i32::MAX));
                fetched.extend(self.fetch_limited(queue.name, slots).await?);
            }
        }
        fetched.sort_by_key(|job| (std::cmp::Reverse(job.priority), job.created_on, job.id));
        Ok(fetched)
    }

    async fn fetch_free(&self, wanted: &[&Wanted], in_all: usize) -> sqlx::Result<Vec<Fetched>> {
        if wanted.is_empty() {
            return Ok(Vec::new());
        }
        let names: Vec<&str> = wanted.iter().map(|queue| queue.name).collect();
        let slots: Vec<i32> = wanted.iter().map(|queue| queue.slots).collect();
        sqlx::query_as(sql(&self.statements.fetch_jobs))
            .bind(names)
            .bind(slots)
            .bind(i64::try_from(in_all).unwrap_or(i64::MAX))
            .fetch_all(&self.pool)
            .await
            .or_else(nothing_if_raced)
    }

    async fn fetch_limited(&self, name: &str, slots: i32) -> sqlx::Result<Vec<Fetched>> {
        sqlx::query_as(sql(&self.statements.fetch_limited_jobs))
            .bind(name)
            .bind(slots)
            .fetch_all(&self.pool)
            .await
            .or_else(nothing_if_raced)
    }
}

/// Two fetchers that race for the one place of a policy: the loser gets nothing this time.
fn nothing_if_raced(error: sqlx::Error) -> sqlx::Result<Vec<Fetched>> {
    if is_unique_violation(&error) {
        Ok(Vec::new())
    } else {
        Err(error)
    }
}
