//! What is tried once more when an operation fails: a declared queue is made again, and a lost race is run again.

use std::time::Duration;

use jobs_rules::{Error, ErrorKind};
use sqlx::PgConnection;
use tokio::time::sleep;

use super::OperationError;
use crate::Boss;
use crate::error::{is_lost_race, is_unknown_queue};
use crate::jitter::jittered;
use crate::store::{Store, with_timeout};

/// How often a transaction that lost a race (a deadlock, a serialization failure) runs in all.
const RACES: u32 = 6;
const FIRST_PAUSE: Duration = Duration::from_millis(10);

/// How often a transaction lost a race to another and was undone.
#[derive(Debug, Default)]
pub(crate) struct Races(u32);

impl Races {
    /// Waits a moment, if it is worth running the transaction again after this error.
    pub(crate) async fn again(&mut self, error: &sqlx::Error) -> bool {
        if !is_lost_race(error) || self.0 + 1 >= RACES {
            return false;
        }
        sleep(jittered(FIRST_PAUSE * 2_u32.pow(self.0))).await;
        self.0 += 1;
        true
    }
}

/// The queues that an operation inserts into, and what was done already so that it succeeds.
#[derive(Debug, Default)]
pub(super) struct Recovery {
    queues: Vec<String>,
    has_made_queues: bool,
    races: Races,
}

impl Recovery {
    pub(super) fn new(queues: Vec<String>) -> Self {
        Self {
            queues,
            ..Self::default()
        }
    }

    /// Removes the cause of the trouble, if it is one that passes; `false` means that it stays.
    pub(super) async fn recover(
        &mut self,
        boss: &Boss,
        store: &Store,
        trouble: &OperationError,
    ) -> Result<bool, Error> {
        match trouble {
            OperationError::UnknownQueue(_) => self.make_queues(boss, store).await,
            // Deleted while the statement ran.
            OperationError::Database(error) if is_unknown_queue(error) => {
                self.make_queues(boss, store).await
            }
            OperationError::Database(error) => Ok(self.races.again(error).await),
            OperationError::Refused(_) => Ok(false),
        }
    }

    /// Has the program create the queues that it declares; `false` if it declares none of them, or has done so already.
    pub(super) async fn make_queues(&mut self, boss: &Boss, store: &Store) -> Result<bool, Error> {
        if self.has_made_queues {
            return Ok(false);
        }
        self.has_made_queues = true;
        boss.host().create_queues(store, &self.queues).await
    }
}

/// Fails if there is no such queue: for an operation that changed or found nothing.
pub(crate) async fn must_exist(
    store: &Store,
    connection: &mut PgConnection,
    queue: &str,
) -> Result<(), OperationError> {
    match store.find_policy(connection, queue).await? {
        Some(_) => Ok(()),
        None => Err(OperationError::UnknownQueue(queue.to_owned())),
    }
}

impl Store {
    /// The error for an operation, as in "cannot ...", on a queue that does not exist, with the names that may have been meant.
    pub async fn unknown_queue(&self, doing: &str, queue: &str) -> Error {
        self.unknown(None, doing, "queue", queue).await
    }

    /// The same through a connection; `what` the queue would have been.
    pub(super) async fn unknown(
        &self,
        connection: Option<&mut PgConnection>,
        doing: &str,
        what: &str,
        name: &str,
    ) -> Error {
        let names = match connection {
            Some(connection) => with_timeout(self.queue_names(connection)).await,
            None => {
                with_timeout(async { self.queue_names(&mut *self.connection().await?).await }).await
            }
        };
        // Without the names it is the same error.
        let names = names.unwrap_or_default();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let near = jobs_rules::near(name, &names);
        let hint = match near.is_empty() {
            true => String::new(),
            false => format!("; did you mean `{}`?", near.join("` or `")),
        };
        let name = jobs_rules::shorten(name);
        Error::new(
            ErrorKind::NotFound,
            format!("cannot {doing}: there is no such {what} `{name}`{hint}"),
        )
    }
}
