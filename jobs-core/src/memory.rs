//! An executor without a database, for tests: jobs wait in memory and run when the test calls for it.

mod drain;
mod row;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use chrono::{DateTime, Utc};
use tokio::sync::watch;
use uuid::Uuid;

use crate::testing::{Ran, Submissions, Submitted};
use crate::{
    Context, Enqueued, Error, ErrorKind, Executor, Extensions, IntoInstant, Job, JobEnd, JobInfo,
    JobKey, Request, Run, StartAfter,
};
use drain::Drain;
use row::{Row, deduplicated};

/// An executor for unit tests, which keeps its jobs in memory. It takes the jobs of `#[job(executor = Memory)]`, and within
/// [`scope`](Self::scope), or when a job that it runs submits them, those of every other executor too. Clones share the jobs, which
/// are dropped with the last clone.
///
/// Nothing runs by itself, and the clock does not move by itself: [`drain`](Self::drain) runs the jobs that are due, and
/// [`travel`](Self::travel) moves the clock. Delays, priorities, retries, snoozes, singleton keys, throttling, ids and dead letters
/// work as on Postgres; a random retry delay is always the longest one. Schedules, groups, retention and heartbeats have no effect.
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
///
/// A job of another executor runs in the same way within a scope. Without an executor, the function is called with a
/// [`context`](Self::context):
///
/// ```
/// # use jobs_core::{job, Context, Executor, Memory, JobError};
/// # #[derive(Clone)]
/// # struct PgBoss;
/// # impl Executor for PgBoss {
/// #     const NAME: &'static str = "PgBoss";
/// #     type Connection = std::convert::Infallible;
/// #     async fn submit(&self, _: Vec<jobs_core::executor::Request>) -> Result<Vec<jobs_core::executor::Enqueued>, jobs_core::Error> { unreachable!() }
/// #     async fn submit_in(&self, c: &mut Self::Connection, _: Vec<jobs_core::executor::Request>) -> Result<Vec<jobs_core::executor::Enqueued>, jobs_core::Error> { match *c {} }
/// #     async fn end_of(&self, _: &jobs_core::executor::JobKey) -> Result<jobs_core::executor::JobEnd, jobs_core::Error> { unreachable!() }
/// # }
/// struct Prices {
///     cents: u32,
/// }
///
/// #[job(executor = PgBoss)]
/// async fn bill(items: u32, ctx: Context<Bill>) -> Result<u32, JobError> {
///     Ok(items * ctx.app::<Prices>().cents)
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
/// let memory = Memory::new().provide(Prices { cents: 5 });
/// let output = memory
///     .scope(async {
///         let job = Bill::submit(3).await?;
///         memory.drain().await?;
///         job.output().await
///     })
///     .await?;
/// assert_eq!(output, 15);
///
/// let mut ctx = memory.context::<Bill>()?;
/// ctx.job.attempt = 3;
/// assert_eq!(bill(2, ctx).await.unwrap(), 10);
/// # Ok(()) }
/// ```
#[derive(Debug, Clone)]
pub struct Memory {
    provided: Extensions,
    kept: Arc<Kept>,
}

#[derive(Debug)]
struct Kept {
    state: Mutex<State>,
    /// Sent to when a job has ended.
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
    /// Makes an executor without jobs. Its clock shows the time of this call.
    pub fn new() -> Self {
        let state = State {
            now: SystemTime::now().into(),
            rows: Vec::new(),
            draining: 0,
        };
        Self {
            provided: Extensions::default(),
            kept: Arc::new(Kept {
                state: Mutex::new(state),
                changed: watch::Sender::new(()),
            }),
        }
    }

    /// Provides a value for `ctx.app::<T>()`, or the delegate of an entity. Earlier clones do not have it.
    #[must_use]
    pub fn provide<T: Send + Sync + 'static>(mut self, value: T) -> Self {
        self.provided = self.provided.with(value);
        self
    }

    /// The time of its clock.
    pub fn now(&self) -> DateTime<Utc> {
        self.state().now
    }

    /// Moves the clock forward and returns the new time.
    pub fn travel(&self, by: Duration) -> DateTime<Utc> {
        let mut state = self.state();
        state.now = after(state.now, by);
        state.now
    }

    /// Sets the clock to an earlier or later instant, and returns that instant.
    ///
    /// # Errors
    /// [`ErrorKind::BadInput`] quoting a text that is not an instant.
    pub fn travel_to(&self, when: impl IntoInstant) -> Result<DateTime<Utc>, Error> {
        let when = when.into_instant()?;
        self.state().now = when;
        Ok(when)
    }

    /// Makes the context of a first attempt, to call a job's function in a test. It has the values that are provided here; the
    /// fields of `ctx.job` can be changed.
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`] if the delegate of an entity is not provided.
    pub fn context<J: Job>(&self) -> Result<Context<J>, Error> {
        let info = JobInfo::new(Uuid::now_v7(), J::NAME.into(), self.now());
        let run = Run::new(self.clone(), info, None, self.provided.clone());
        run.context().map_err(|failure| {
            let message = format!("cannot make a context of the job `{}`", J::NAME);
            Error::because(ErrorKind::Configuration, message, &failure)
        })
    }

    /// Runs a future. Submissions in it that name no executor go to this one, whatever executor their job declares.
    pub async fn scope<F: Future>(&self, future: F) -> F::Output {
        crate::scope(self.clone(), future).await
    }

    /// Runs the jobs that are due, and those that become due meanwhile, until there are none; returns the attempts, in order.
    ///
    /// Jobs run one after the other: by priority, then in the order in which they were submitted. A job that takes longer than
    /// 100 ms goes on beside the next one, since it may wait for it. A function that takes several jobs at once gets one at a time.
    ///
    /// # Errors
    /// [`ErrorKind::Refused`] after 10,000 attempts; [`ErrorKind::Configuration`] if a function asked for a value that was not
    /// [provided](Self::provide): the other jobs have run, and this one waits for a minute.
    pub async fn drain(&self) -> Result<Vec<Ran>, Error> {
        Drain::begin(self).run().await
    }

    /// The submitted jobs of one kind in any state, in the order of their submission.
    ///
    /// # Errors
    /// [`ErrorKind::BadInput`] if an input does not decode, although it was encoded from the same type.
    pub fn submitted<J: Job>(&self) -> Result<Vec<Submitted<J>>, Error> {
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
    const TAKES_ALL: bool = true;
    type Connection = std::convert::Infallible;

    async fn submit(&self, requests: Vec<Request>) -> Result<Vec<Enqueued>, Error> {
        requests.iter().try_for_each(Request::check)?;
        let mut state = self.state();
        let now = state.now;
        let new: Vec<Row> = requests
            .into_iter()
            .map(|request| Row::new(request, now))
            .collect();
        let store = |row: Row| match deduplicated(&state.rows, row, now) {
            Ok(row) => {
                let id = row.id;
                state.rows.push(row);
                Enqueued { id, is_new: true }
            }
            Err(id) => Enqueued { id, is_new: false },
        };
        Ok(new.into_iter().map(store).collect())
    }

    async fn submit_in(
        &self,
        connection: &mut Self::Connection,
        _: Vec<Request>,
    ) -> Result<Vec<Enqueued>, Error> {
        match *connection {}
    }

    async fn end_of(&self, job: &JobKey) -> Result<JobEnd, Error> {
        let mut changed = self.kept.changed.subscribe();
        loop {
            let (end, draining) = {
                let state = self.state();
                let row = state.rows.iter().find(|row| row.is(job));
                (
                    row.map_or(Some(JobEnd::Deleted), Row::end),
                    state.draining > 0,
                )
            };
            match end {
                Some(end) => return Ok(end),
                // It would never run.
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
    async fn submitted<J: Job>(&self) -> Result<Vec<Submitted<J>>, Error> {
        Self::submitted(self)
    }
}

/// The end of time, where the sum would lie beyond it.
fn after(instant: DateTime<Utc>, time: Duration) -> DateTime<Utc> {
    StartAfter::In(time).instant(instant)
}
