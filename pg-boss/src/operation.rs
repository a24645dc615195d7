//! Operations by hand: their options, filters and results.
//!
//! A method of [`Boss`] that changes or reads what is stored returns an [`Operation`], which is awaited alone or within a
//! transaction of the caller.

mod recovery;

pub(crate) use recovery::{Races, must_exist};

use std::future::IntoFuture;
use std::pin::Pin;
use std::time::Duration;

use jobs_rules::{Error, ErrorKind};
use serde::de::DeserializeOwned;
use sqlx::PgConnection;

use crate::Boss;
use crate::error::{map_db_error, missing_queue};
use crate::store::{Store, with_timeout};
use recovery::Recovery;

type Step<'c, T> = Pin<Box<dyn Future<Output = Result<T, OperationError>> + Send + 'c>>;
type Once<T> =
    Box<dyn for<'c> FnOnce(&'c Store, &'c mut PgConnection) -> Step<'c, T> + Send + 'static>;
type Again<T> =
    Box<dyn for<'c> Fn(&'c Store, &'c mut PgConnection) -> Step<'c, T> + Send + Sync + 'static>;

/// The steps of an operation.
enum Body<T> {
    Once(Once<T>),
    /// They may run again, if what they did was undone.
    Again(Again<T>),
}

/// Why an operation could not be done.
#[derive(Debug)]
pub(crate) enum OperationError {
    /// The database says so.
    Database(sqlx::Error),
    /// There is no queue of this name.
    UnknownQueue(String),
    /// It is refused because of what is in the database.
    Refused(Error),
}

impl From<sqlx::Error> for OperationError {
    fn from(error: sqlx::Error) -> Self {
        Self::Database(error)
    }
}

impl OperationError {
    pub(crate) fn bad_input(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self::Refused(Error::new(kind, message))
    }

    /// Through the connection, or one of its own, it finds the names of the queues that there are.
    async fn into_error(
        self,
        store: &Store,
        connection: Option<&mut PgConnection>,
        doing: &str,
    ) -> Error {
        match self {
            Self::Database(error) => match missing_queue(&error) {
                Some((what, name)) => store.unknown(connection, doing, what, name).await,
                None => map_db_error(doing)(error),
            },
            Self::UnknownQueue(name) => store.unknown(connection, doing, "queue", &name).await,
            Self::Refused(error) => error,
        }
    }
}

/// One operation on the jobs of a [`Boss`]; nothing happens until it is awaited.
///
/// Awaited, it is a transaction of its own. [`within`](Self::within) makes it part of the caller's transaction (pg-boss's option
/// `db`).
///
/// ```no_run
/// # async fn example(boss: &pg_boss::Boss) -> Result<(), Box<dyn std::error::Error>> {
/// boss.subscribe("user.created", "send_mail").await?;
///
/// let mut transaction = boss.pool().begin().await?;
/// boss.unsubscribe("user.created", "send_mail").within(&mut transaction).await?;
/// transaction.commit().await?;
/// # Ok(()) }
/// ```
#[must_use = "nothing happens until it is awaited"]
pub struct Operation<T> {
    boss: Boss,
    doing: String,
    steps: Result<Body<T>, Error>,
    // Of many steps each is with_timeout by itself, so that a long queue can be emptied however long that takes.
    bounds_itself: bool,
    recovery: Recovery,
    // After which time it may have made a job due.
    due: Option<Duration>,
}

impl<T: Send + 'static> Operation<T> {
    /// `doing` is what it does, as in "cannot ...". The steps must be one statement, or begin a transaction on the connection.
    pub(crate) fn new(
        boss: &Boss,
        doing: impl Into<String>,
        steps: impl for<'c> FnOnce(&'c Store, &'c mut PgConnection) -> Step<'c, T> + Send + 'static,
    ) -> Self {
        Self {
            boss: boss.clone(),
            doing: doing.into(),
            steps: Ok(Body::Once(Box::new(steps))),
            bounds_itself: false,
            recovery: Recovery::default(),
            // pg-boss notifies of submissions only.
            due: Some(Duration::ZERO),
        }
    }

    /// As [`new`](Self::new), for what takes many steps: each of them is with_timeout in there.
    pub(crate) fn in_steps(
        boss: &Boss,
        doing: impl Into<String>,
        steps: impl for<'c> FnOnce(&'c Store, &'c mut PgConnection) -> Step<'c, T> + Send + 'static,
    ) -> Self {
        Self {
            bounds_itself: true,
            ..Self::new(boss, doing, steps)
        }
    }

    /// As [`new`](Self::new), for what stores jobs, or rows that refer to a queue. Queues that the program declares are created
    /// where they are missing, and a race that was lost to other transactions is run again.
    pub(crate) fn enqueue(
        boss: &Boss,
        doing: impl Into<String>,
        queues: Vec<String>,
        steps: impl for<'c> Fn(&'c Store, &'c mut PgConnection) -> Step<'c, T> + Send + Sync + 'static,
    ) -> Self {
        Self {
            boss: boss.clone(),
            doing: doing.into(),
            steps: Ok(Body::Again(Box::new(steps))),
            bounds_itself: false,
            recovery: Recovery::new(queues),
            due: Some(Duration::ZERO),
        }
    }

    /// Says after which time it makes the first job due; never, if it is not known.
    pub(crate) fn due(self, after: Option<Duration>) -> Self {
        Self { due: after, ..self }
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
    /// As when it is awaited alone. A queue that is deleted meanwhile may show only when the transaction commits: the foreign
    /// keys are deferred.
    pub async fn within(mut self, connection: &mut PgConnection) -> Result<T, Error> {
        let mut steps = self.steps?;
        let (boss, doing) = (&self.boss, self.doing.as_str());
        let store = boss.store().await?;
        #[cfg(feature = "testing")]
        with_timeout(store.obey_within(connection))
            .await
            .map_err(map_db_error(doing))?;
        loop {
            let (trouble, rest) = match run(steps, store, connection, self.bounds_itself).await {
                Ok(done) => return Ok(done),
                Err(failed) => failed,
            };
            // After an error of the database the caller's transaction is over.
            let made = match trouble {
                OperationError::UnknownQueue(_) => self.recovery.make_queues(boss, store).await?,
                _ => false,
            };
            match rest {
                Some(again) if made => steps = again,
                _ => return Err(trouble.into_error(store, Some(connection), doing).await),
            }
        }
    }

    async fn alone(mut self) -> Result<T, Error> {
        let mut steps = self.steps?;
        let (boss, doing) = (&self.boss, self.doing.as_str());
        let store = boss.store().await?;
        loop {
            let acquired = with_timeout(store.connection()).await;
            let mut connection = acquired.map_err(map_db_error(doing))?;
            let ran = run(steps, store, &mut connection, self.bounds_itself).await;
            let (trouble, rest) = match ran {
                Ok(done) => {
                    if let Some(due) = self.due {
                        boss.host().enqueued(due);
                    }
                    return Ok(done);
                }
                Err(failed) => failed,
            };
            let Some(again) = rest else {
                let connection = Some(&mut *connection);
                return Err(trouble.into_error(store, connection, doing).await);
            };
            // What follows may need one, and the pool may have no other.
            drop(connection);
            match self.recovery.recover(boss, store, &trouble).await? {
                true => steps = again,
                false => return Err(trouble.into_error(store, None, doing).await),
            }
        }
    }
}

/// Runs the steps; if they fail, gives them back where they can run again.
async fn run<T>(
    steps: Body<T>,
    store: &Store,
    connection: &mut PgConnection,
    bounds_itself: bool,
) -> Result<T, (OperationError, Option<Body<T>>)> {
    let (step, again) = match steps {
        Body::Once(steps) => (steps(store, connection), None),
        Body::Again(steps) => (steps(store, connection), Some(Body::Again(steps))),
    };
    let done = match bounds_itself {
        true => step.await,
        false => with_timeout(step).await,
    };
    done.map_err(|trouble| (trouble, again))
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

/// What was checked, and what is wrong with it.
pub(crate) fn split<T: Default>(checked: Result<T, Error>) -> (T, Result<(), Error>) {
    match checked {
        Ok(value) => (value, Ok(())),
        Err(error) => (T::default(), Err(error)),
    }
}

/// Reads a row of a table from JSON text, by its columns.
pub(crate) fn read<T: DeserializeOwned>(what: &str, row: &str) -> Result<T, OperationError> {
    serde_json::from_str(row).map_err(|error| {
        let message = format!("cannot read the row of {what}");
        OperationError::Refused(Error::because(ErrorKind::Incompatible, message, &error))
    })
}

pub(crate) fn read_all<T: DeserializeOwned>(
    what: &str,
    rows: &[String],
) -> Result<Vec<T>, OperationError> {
    rows.iter().map(|row| read(what, row)).collect()
}
