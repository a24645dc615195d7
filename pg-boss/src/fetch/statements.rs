//! Fetching jobs.

use std::collections::BTreeMap;
use std::sync::Arc;

use sqlx::types::Json;
use sqlx::{Connection, PgConnection};
use uuid::Uuid;

use crate::error::is_unique_violation;
use crate::settle::Attempt;
use crate::statement::sql;
use crate::store::Store;
use crate::timestamp::Timestamp;

/// A job that was fetched: its attempt has begun, by the database's clock.
#[derive(Debug, sqlx::FromRow)]
#[expect(
    missing_docs,
    reason = "each field is what its name says, mostly a column"
)]
pub struct Fetched {
    pub name: String,
    pub id: Uuid,
    pub data: Option<String>,
    pub priority: i32,
    pub retry_count: i32,
    pub retry_limit: i32,
    pub expire_seconds: i32,
    pub heartbeat_seconds: Option<i32>,
    // As they are: one that chrono cannot express must not keep the other jobs of the answer from being read.
    pub created_on: Timestamp,
    pub start_after: Timestamp,
    pub started_on: Timestamp,
    pub singleton_key: Option<String>,
    /// Whether there may be others that could go, behind too many that cannot; of a limited queue only.
    #[sqlx(default)]
    pub has_more: bool,
    /// How many processes died while they ran earlier attempts, once that was looked up.
    #[sqlx(skip)]
    pub crashes: i32,
}

impl Fetched {
    /// What names this attempt.
    pub fn attempt(&self) -> Attempt {
        Attempt {
            name: self.name.as_str().into(),
            id: self.id,
            retry_count: self.retry_count,
            started_on: self.started_on,
        }
    }
}

/// How many jobs of one queue a worker has room for.
#[derive(Debug, Clone)]
#[expect(
    missing_docs,
    reason = "each field is what its name says, mostly a column"
)]
pub struct FetchRequest {
    pub name: &'static str,
    pub slots: i32,
}

/// What holds jobs of a queue back beside their time; its policy does so by itself.
#[derive(Debug, Default)]
#[expect(
    missing_docs,
    reason = "each field is what its name says, mostly a column"
)]
pub struct Limits {
    pub min_priority: Option<i32>,
    pub max_priority: Option<i32>,
    pub groups: Option<GroupLimit>,
}

/// How many jobs of one group may be active in a queue, by any worker.
#[derive(Debug, Default)]
#[expect(
    missing_docs,
    reason = "each field is what its name says, mostly a column"
)]
pub struct GroupLimit {
    pub default: i32,
    /// By the job's tier, where that has a limit of its own.
    pub tiers: BTreeMap<String, i32>,
}

/// One fetch from one queue, with every condition that there is.
#[derive(Debug, Default)]
#[expect(
    missing_docs,
    reason = "each field is what its name says, mostly a column"
)]
pub struct QueueFetch {
    pub name: String,
    pub slots: i32,
    /// Whether jobs that are not due yet are taken too.
    pub ignore_start_after: bool,
    /// Groups whose jobs are passed over.
    pub ignore_groups: Vec<String>,
    pub limits: Arc<Limits>,
    /// The mark of the worker that fetches; none is 0.
    pub mark: i32,
}

impl Store {
    /// Takes due jobs of queues without limits, at most `in_all`, and marks them active. They come by priority and age.
    ///
    /// A unique violation means that one of these queues has a policy that looks at active jobs: it was made anew.
    pub async fn fetch_together(
        &self,
        connection: &mut PgConnection,
        requests: &[FetchRequest],
        in_all: usize,
        mark: i32,
    ) -> sqlx::Result<Vec<Fetched>> {
        let names: Vec<&str> = requests.iter().map(|queue| queue.name).collect();
        let slots: Vec<i32> = requests.iter().map(|queue| queue.slots).collect();
        let mut fetched: Vec<Fetched> = sqlx::query_as(sql(&self.statements.fetch_jobs))
            .bind(names)
            .bind(slots)
            .bind(i64::try_from(in_all).unwrap_or(i64::MAX))
            .bind(mark)
            .fetch_all(connection)
            .await?;
        by_priority_and_age(&mut fetched);
        Ok(fetched)
    }

    /// Takes due jobs of one queue with limits, and marks them active. They come by priority and age.
    pub async fn fetch_alone(
        &self,
        connection: &mut PgConnection,
        request: &FetchRequest,
        limits: &Arc<Limits>,
        mark: i32,
    ) -> sqlx::Result<Vec<Fetched>> {
        let wanted = QueueFetch {
            name: request.name.to_owned(),
            slots: request.slots,
            limits: Arc::clone(limits),
            mark,
            ..QueueFetch::default()
        };
        let fetched = if limits.groups.is_none() {
            self.take(connection, &wanted).await
        } else {
            // The room of a group is counted in the statement's snapshot. Workers that wait here for each other see what the
            // one before took, so among them the limit is exact; pg-boss's own fetchers do not take this lock.
            let mut transaction = connection.begin().await?;
            self.limit_waits(&mut transaction).await?;
            let lock = format!("jobs-fetch-{}", wanted.name);
            self.lock(&mut transaction, &lock).await?;
            let taken = self.take(&mut transaction, &wanted).await;
            match &taken {
                Ok(_) => transaction.commit().await?,
                Err(_) => transaction.rollback().await?,
            }
            taken
        };
        let mut fetched = fetched.or_else(nothing_if_raced)?;
        by_priority_and_age(&mut fetched);
        Ok(fetched)
    }

    /// Takes back what a worker of this mark fetched from these queues and never received.
    pub async fn take_back(
        &self,
        connection: &mut PgConnection,
        queues: &[&str],
        mark: i32,
    ) -> sqlx::Result<Vec<Fetched>> {
        sqlx::query_as(sql(&self.statements.take_back_jobs))
            .bind(queues)
            .bind(mark)
            .fetch_all(connection)
            .await
    }

    /// Takes jobs of one queue by hand and marks them active. They come by priority and age.
    ///
    /// In a transaction of the caller's a lost race for a place is undone by itself, and the transaction goes on.
    pub async fn fetch_one_queue(
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
            .bind(wanted.mark)
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
