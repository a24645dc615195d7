//! Fetching jobs.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use sqlx::types::Json;
use sqlx::{Connection, PgConnection};
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
    /// Whether there may be others that could go, behind too many that cannot; of a limited queue only.
    #[sqlx(default)]
    pub(crate) has_more: bool,
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

/// How many jobs of one queue the worker wants.
#[derive(Debug, Clone)]
pub(crate) struct Wanted {
    pub(crate) name: &'static str,
    pub(crate) slots: i32,
    /// What holds jobs of this queue back beside their time. Without it the queue is fetched together with others.
    pub(crate) limits: Option<Arc<Limits>>,
}

/// What holds jobs of a queue back beside their time; its policy does so by itself.
#[derive(Debug, Default)]
pub(crate) struct Limits {
    pub(crate) min_priority: Option<i32>,
    pub(crate) max_priority: Option<i32>,
    pub(crate) groups: Option<GroupLimit>,
}

/// How many jobs of one group may be active in a queue, whoever runs them.
#[derive(Debug, Default)]
pub(crate) struct GroupLimit {
    pub(crate) default: i32,
    /// By the job's tier, where that has a limit of its own.
    pub(crate) tiers: BTreeMap<String, i32>,
}

/// One fetch from one queue, with every condition that there is.
#[derive(Debug, Default)]
pub(crate) struct QueueFetch {
    pub(crate) name: String,
    pub(crate) slots: i32,
    /// Whether jobs that are not due yet are taken too.
    pub(crate) ignore_start_after: bool,
    /// Groups whose jobs are passed over.
    pub(crate) ignore_groups: Vec<String>,
    pub(crate) limits: Arc<Limits>,
}

impl Store {
    /// Takes due jobs of these queues, at most so many in all, and marks them active. They come by priority and age.
    pub(crate) async fn fetch(
        &self,
        wanted: &[Wanted],
        in_all: usize,
    ) -> sqlx::Result<Vec<Fetched>> {
        let (limited, free): (Vec<&Wanted>, Vec<&Wanted>) =
            wanted.iter().partition(|queue| queue.limits.is_some());
        let mut fetched = self.fetch_free(&free, in_all).await?;
        for queue in limited {
            let rest = in_all.saturating_sub(fetched.len());
            if rest > 0 {
                let slots = queue.slots.min(i32::try_from(rest).unwrap_or(i32::MAX));
                fetched.extend(self.fetch_limited(queue, slots).await?);
            }
        }
        by_priority_and_age(&mut fetched);
        Ok(fetched)
    }

    /// Takes jobs of one queue by hand and marks them active. They come by priority and age.
    ///
    /// In a transaction of the caller's a lost race for a place is undone by itself, and the transaction goes on.
    pub(crate) async fn fetch_one_queue(
        &self,
        connection: &mut PgConnection,
        wanted: &QueueFetch,
    ) -> sqlx::Result<Vec<Fetched>> {
        let mut part = connection.begin().await?;
        let mut fetched = match self.take(&mut part, wanted).await {
            Ok(fetched) => {
                part.commit().await?;
                fetched
            }
            Err(error) => {
                part.rollback().await?;
                nothing_if_raced(error)?
            }
        };
        by_priority_and_age(&mut fetched);
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

    async fn fetch_limited(&self, queue: &Wanted, slots: i32) -> sqlx::Result<Vec<Fetched>> {
        let wanted = QueueFetch {
            name: queue.name.to_owned(),
            slots,
            limits: queue.limits.clone().unwrap_or_default(),
            ..QueueFetch::default()
        };
        if wanted.limits.groups.is_none() {
            let mut connection = self.pool.acquire().await?;
            let fetched = self.take(&mut connection, &wanted).await;
            return fetched.or_else(nothing_if_raced);
        }
        // The room of a group is counted in the statement's snapshot. Workers that wait here for each other see what the
        // one before took, so among them the limit is exact; pg-boss's own fetchers know nothing of this lock.
        let lock = format!("jobs-fetch-{}", wanted.name);
        let mut transaction = self.begin_locked(&lock).await?;
        match self.take(&mut transaction, &wanted).await {
            Ok(fetched) => transaction.commit().await.map(|()| fetched),
            Err(error) => {
                transaction.rollback().await?;
                nothing_if_raced(error)
            }
        }
    }

    async fn take(
        &self,
        connection: &mut PgConnection,
        wanted: &QueueFetch,
    ) -> sqlx::Result<Vec<Fetched>> {
        let groups = wanted.limits.groups.as_ref();
        sqlx::query_as(sql(&self.statements.fetch_one_queue))
            .bind(&wanted.name)
            .bind(i64::from(wanted.slots))
            .bind(wanted.ignore_start_after)
            .bind(wanted.limits.min_priority)
            .bind(wanted.limits.max_priority)
            .bind(&wanted.ignore_groups)
            .bind(groups.map(|groups| groups.default))
            .bind(groups.map(|groups| Json(&groups.tiers)))
            .fetch_all(connection)
            .await
    }
}

fn by_priority_and_age(fetched: &mut [Fetched]) {
    fetched.sort_by_key(|job| (std::cmp::Reverse(job.priority), job.created_on, job.id));
}

/// Two fetchers that race for the one place of a policy: the loser gets nothing this time.
fn nothing_if_raced(error: sqlx::Error) -> sqlx::Result<Vec<Fetched>> {
    if is_unique_violation(&error) {
        Ok(Vec::new())
    } else {
        Err(error)
    }
}
