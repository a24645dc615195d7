//! What is done by hand: one operation on the database, alone or in a transaction of the caller's.

mod dead_letters;
mod fetch;
mod find;
mod flow;
mod queue_options;
mod queues;
mod schedule_options;
mod schedules;
mod send;
mod settle;
mod statistics;
mod subscriptions;
mod update;
mod upkeep;

pub use dead_letters::{Redrive, RedrivePreview, Redriven};
pub use fetch::FetchOptions;
pub use find::{FindJobs, Neighbours};
pub use flow::Flow;
pub use queue_options::{IntoQueueOptions, QueueOptions};
pub use queues::{ListQueues, QueueDetails};
pub use schedule_options::{IntoScheduleOptions, ScheduleOptions};
pub use schedules::{ListSchedules, ScheduleDetails};
pub use settle::Affected;
pub use statistics::{Aggregate, Percentile, QueueStats, QueueStatsQuery};
pub use update::{JobUpdate, UpdateTarget, Updated};

use std::future::IntoFuture;
use std::pin::Pin;

use jobs_core::{Error, ErrorKind};
use sqlx::PgConnection;

use crate::PgBoss;
use crate::error::cannot;
use crate::store::{Store, bounded};

type Step<'c, T> = Pin<Box<dyn Future<Output = Result<T, Trouble>> + Send + 'c>>;
type Steps<T> =
    Box<dyn for<'c> FnOnce(&'c Store, &'c mut PgConnection) -> Step<'c, T> + Send + 'static>;

/// Why an operation could not be done.
pub(crate) enum Trouble {
    /// The database says so.
    Database(sqlx::Error),
    /// It is refused because of what stands in the database.
    Refused(Error),
}

impl From<sqlx::Error> for Trouble {
    fn from(error: sqlx::Error) -> Self {
        Self::Database(error)
    }
}

impl Trouble {
    pub(crate) fn refused(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self::Refused(Error::new(kind, message))
    }

    fn into_error(self, doing: String) -> Error {
        match self {
            Self::Database(error) => cannot(doing)(error),
            Self::Refused(error) => error,
        }
    }
}

/// One operation on the jobs of a [`PgBoss`]; nothing happens until it is awaited.
///
/// Awaited, it is all or nothing by itself. [`within`](Self::within) makes it a part of a transaction of the caller's (what
/// pg-boss takes as the option `db`).
///
/// ```no_run
/// # async fn example(boss: &jobs_pg::PgBoss) -> Result<(), Box<dyn std::error::Error>> {
/// boss.subscribe("user.created", "send_mail").await?;
///
/// let mut transaction = boss.pool().begin().await?;
/// boss.unsubscribe("user.created", "send_mail").within(&mut transaction).await?;
/// transaction.commit().await?;
/// # Ok(()) }
/// ```
#[must_use = "nothing happens until it is awaited"]
pub struct Operation<T> {
    boss: PgBoss,
    doing: String,
    steps: Result<Steps<T>, Error>,
    // Of many steps each is bounded by itself, so that a long queue can be emptied however long that takes.
    bounds_itself: bool,
}

impl<T: Send + 'static> Operation<T> {
    /// `doing` is what it does, as in "cannot ...". The steps must be one statement, or begin a transaction on the connection.
    pub(crate) fn new(
        boss: &PgBoss,
        doing: impl Into<String>,
        steps: impl for<'c> FnOnce(&'c Store, &'c mut PgConnection) -> Step<'c, T> + Send + 'static,
    ) -> Self {
        Self {
            boss: boss.clone(),
            doing: doing.into(),
            steps: Ok(Box::new(steps)),
            bounds_itself: false,
        }
    }

    /// As [`new`](Self::new), for what takes many steps: each of them is bounded in there.
    pub(crate) fn in_steps(
        boss: &PgBoss,
        doing: impl Into<String>,
        steps: impl for<'c> FnOnce(&'c Store, &'c mut PgConnection) -> Step<'c, T> + Send + 'static,
    ) -> Self {
        Self {
            bounds_itself: true,
            ..Self::new(boss, doing, steps)
        }
    }

    /// Does nothing if something that was given is refused.
    pub(crate) fn unless_refused(self, checked: Result<(), Error>) -> Self {
        Self {
            steps: checked.and(self.steps),
            ..self
        }
    }

    /// Does it through the caller's connection, and so in its transaction.
    ///
    /// # Errors
    /// As when it is awaited alone. A queue that there is not may show only when the transaction commits: the foreign keys
    /// are deferred.
    pub async fn within(self, connection: &mut PgConnection) -> Result<T, Error> {
        let Self {
            boss,
            doing,
            steps,
            bounds_itself,
        } = self;
        let steps = steps?;
        let store = boss.store().await?;
        let obeyed = bounded(store.obey_within(connection)).await;
        obeyed.map_err(cannot(doing.as_str()))?;
        let done = run(steps(store, connection), bounds_itself).await;
        done.map_err(|trouble| trouble.into_error(doing))
    }

    async fn alone(self) -> Result<T, Error> {
        let Self {
            boss,
            doing,
            steps,
            bounds_itself,
        } = self;
        let steps = steps?;
        let store = boss.store().await?;
        let acquired = bounded(store.pool().acquire()).await;
        let mut connection = acquired.map_err(cannot(doing.as_str()))?;
        let done = run(steps(store, &mut connection), bounds_itself).await;
        let done = done.map_err(|trouble| trouble.into_error(doing))?;
        // What it did may have made a job due, and pg-boss notifies of submissions only.
        boss.doorbell().ring();
        Ok(done)
    }
}

async fn run<T>(step: Step<'_, T>, bounds_itself: bool) -> Result<T, Trouble> {
    match bounds_itself {
        true => step.await,
        false => bounded(step).await,
    }
}

impl<T: Send + 'static> IntoFuture for Operation<T> {
    type Output = Result<T, Error>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.alone())
    }
}

impl<T> std::fmt::Debug for Operation<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Operation").field(&self.doing).finish()
    }
}
