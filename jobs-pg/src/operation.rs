//! What is done by hand: one operation on the database, alone or in a transaction of the caller's.

mod subscriptions;

use std::future::IntoFuture;
use std::pin::Pin;

use jobs_core::Error;
use sqlx::PgConnection;

use crate::PgBoss;
use crate::error::cannot;
use crate::store::{Store, bounded};

type Step<'c, T> = Pin<Box<dyn Future<Output = sqlx::Result<T>> + Send + 'c>>;
type Steps<T> =
    Box<dyn for<'c> FnOnce(&'c Store, &'c mut PgConnection) -> Step<'c, T> + Send + 'static>;

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
        }
    }

    /// The same, unless something that was given is refused; nothing is written then.
    pub(crate) fn checked(
        boss: &PgBoss,
        doing: impl Into<String>,
        checked: Result<(), Error>,
        steps: impl for<'c> FnOnce(&'c Store, &'c mut PgConnection) -> Step<'c, T> + Send + 'static,
    ) -> Self {
        let operation = Self::new(boss, doing, steps);
        Self {
            steps: checked.and(operation.steps),
            ..operation
        }
    }

    /// Does it through the caller's connection, and so in its transaction.
    ///
    /// # Errors
    /// As when it is awaited alone. A queue that there is not may show only when the transaction commits: the foreign keys
    /// are deferred.
    pub async fn within(self, connection: &mut PgConnection) -> Result<T, Error> {
        let Self { boss, doing, steps } = self;
        let steps = steps?;
        let store = boss.store().await?;
        bounded(steps(store, connection))
            .await
            .map_err(cannot(doing))
    }

    async fn alone(self) -> Result<T, Error> {
        let Self { boss, doing, steps } = self;
        let steps = steps?;
        let store = boss.store().await?;
        let done = bounded(async {
            let mut connection = store.pool().acquire().await?;
            steps(store, &mut connection).await
        });
        let done = done.await.map_err(cannot(doing))?;
        // What it did may have made a job due, and pg-boss notifies of submissions only.
        boss.doorbell().ring();
        Ok(done)
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
