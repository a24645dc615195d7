//! An executor without a database, for tests: jobs wait in memory, and run when the test says so.

mod drain;
mod row;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use chrono::{DateTime, TimeDelta, Utc};
use tokio::sync::watch;

use crate::testing::{Ran, Submissions, Submitted};
use crate::{
    End, Error, ErrorKind, Executor, IntoInstant, Job, JobKey, Provided, Receipt, Request,
};
use drain::Drain;
use row::{Row, standing};

/// Keeps jobs in memory, for unit tests of jobs that are declared with `#[job(executor = Memory)]`. A value is a cheap handle
/// that is cloned at will; what it keeps goes with the last clone.
///
/// Nothing runs by itself, and its clock stands still: [`drain`](Self::drain) runs what is due, [`travel`](Self::travel) moves
/// the clock. Delays, priorities, retries, snoozes, unique keys, throttling, ids and dead letters are honoured as on Postgres;
/// a growing retry delay takes the longest that it may take, without chance. Schedules, groups, retention and heartbeats are
/// not kept.
///
/// ```
/// # use jobs_core::{job, Memory, JobError};
/// # use jobs_core::testing::assert_submitted;
/// #[job(executor = Memory)]
/// async fn greet(name: String) -> Result<String, JobError> {
///     Ok(format!("Hello {name}!"))
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), jobs_core::Error> {
/// let memory = Memory::new();
/// let job = Greet::delay(3600).on(&memory).submit("Tony".into()).await?;
/// assert!(memory.drain().await?.is_empty());
///
/// memory.travel(std::time::Duration::from_secs(3600));
/// assert_eq!(memory.drain().await?.len(), 1);
/// assert_eq!(job.output().await?, "Hello Tony!");
/// assert_submitted::<Greet>(&memory, |name| name == "Tony").await;
/// # Ok(()) }
/// ```
#[derive(Debug, Clone)]
pub struct Memory {
    provided: Provided,
    kept: Arc<Kept>,
}

#[derive(Debug)]
struct Kept {
    state: Mutex<State>,
    /// Told when a job has ended.
    changed: watch::Sender<()>,
}

#[derive(Debug)]
struct State {
    now: DateTime<Utc>,
    /// In the order in which they were submitted.
    rows: Vec<Row>,
    draining: usize,
}

impl Default for Memory {
    fn default() -> Self {
        Self::new()
    }
}

impl Memory {
    /// An executor without jobs, whose clock stands at the moment of this call.
    pub fn new() -> Self {
        let state = State {
            now: SystemTime::now().into(),
            rows: Vec::new(),
            draining: 0,
        };
        Self {
            provided: Provided::default(),
            kept: Arc::new(Kept {
                state: Mutex::new(state),
                changed: watch::Sender::new(()),
            }),
        }
    }

    /// A value for `ctx.app::<T>()`, or the delegate of an entity. Handles that were cloned before do not have it.
    #[must_use]
    pub fn provide<T: Send + Sync + 'static>(mut self, value: T) -> Self {
        self.provided = self.provided.with(value);
        self
    }

    /// The time on its clock.
    pub fn now(&self) -> DateTime<Utc> {
        self.state().now
    }

    /// Moves the clock forward; answers the new time.
    pub fn travel(&self, by: Duration) -> DateTime<Utc> {
        let mut state = self.state();
        state.now = after(state.now, by);
        state.now
    }

    /// Puts the clock to an instant, before or after the present one; answers it.
    ///
    /// # Errors
    /// [`ErrorKind::BadInput`] quoting a text that is no instant.
    pub fn travel_to(&self, when: impl IntoInstant) -> Result<DateTime<Utc>, Error> {
        let when = when.into_instant()?;
        self.state().now = when;
        Ok(when)
    }

    /// Runs a future in which submissions that name no executor go to this one.
    pub async fn scope<F: Future>(&self, future: F) -> F::Output {
        crate::scope(self.clone(), future).await
    }

    /// Runs everything that is due, with what becomes due by that, until nothing is; answers what ran, in order.
    ///
    /// Jobs run one after the other: by priority, then in the order in which they were submitted. One that takes longer than a
    /// moment goes on beside the next, as it may wait for it. A function that takes several jobs at once is given one at a time.
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`] if two jobs share a name; [`ErrorKind::Refused`] if there is no end of it.
    pub async fn drain(&self) -> Result<Vec<Ran>, Error> {
        Drain::begin(self)?.run().await
    }

    /// The jobs of one kind that were submitted, whatever their state, in order.
    ///
    /// # Errors
    /// [`ErrorKind::BadInput`] if an input does not decode, though it was encoded from the same type.
    pub fn submitted<J: Job<Executor = Self>>(&self) -> Result<Vec<Submitted<J>>, Error> {
        let state = self.state();
        let of_this_kind = state.rows.iter().filter(|row| row.name == J::NAME);
        of_this_kind.map(Row::submitted).collect()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.kept
            .state
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

impl Executor for Memory {
    const NAME: &'static str = "Memory";
    type Connection = std::convert::Infallible;

    async fn submit(&self, requests: Vec<Request>) -> Result<Vec<Receipt>, Error> {
        let mut state = self.state();
        let now = state.now;
        let new: Vec<Row> = requests
            .into_iter()
            .map(|request| Row::new(request, now))
            .collect();
        let store = |row: Row| match standing(&state.rows, row, now) {
            Ok(row) => {
                let id = row.id;
                state.rows.push(row);
                Receipt { id, is_new: true }
            }
            Err(id) => Receipt { id, is_new: false },
        };
        Ok(new.into_iter().map(store).collect())
    }

    async fn submit_in(
        &self,
        connection: &mut Self::Connection,
        _: Vec<Request>,
    ) -> Result<Vec<Receipt>, Error> {
        match *connection {}
    }

    async fn end_of(&self, job: &JobKey) -> Result<End, Error> {
        let mut changed = self.kept.changed.subscribe();
        loop {
            let (end, draining) = {
                let state = self.state();
                let row = state.rows.iter().find(|row| row.is(job));
                (row.map_or(Some(End::Deleted), Row::end), state.draining > 0)
            };
            match end {
                Some(end) => return Ok(end),
                // Nobody would ever run it.
                None if !draining => {
                    let JobKey { name, id } = job;
                    let message = format!(
                        "job {id} in queue `{name}` has not ended; `drain()` runs what is due"
                    );
                    return Err(Error::new(ErrorKind::Refused, message));
                }
                // The sender lives as long as `self`.
                None => _ = changed.changed().await,
            }
        }
    }
}

impl Submissions for Memory {
    async fn submitted<J: Job<Executor = Self>>(&self) -> Result<Vec<Submitted<J>>, Error> {
        Self::submitted(self)
    }
}

/// The end of time, where the sum would lie beyond it.
fn after(instant: DateTime<Utc>, time: Duration) -> DateTime<Utc> {
    TimeDelta::from_std(time)
        .ok()
        .and_then(|time| instant.checked_add_signed(time))
        .unwrap_or(DateTime::<Utc>::MAX_UTC)
}
