//! What a job's function knows about its attempt.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use chrono::{DateTime, Utc};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::executor::NOT_PROVIDED_DELAY;
use crate::executor::panic::end_for_lack_of;
use crate::{Executor, Extensions, Job};

/// The running job, as it is stored.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct JobInfo {
    /// Unique within the queue.
    pub id: Uuid,
    /// The job's name.
    pub name: Arc<str>,
    /// The queue's name: the job's, unless the executor separates environments and products.
    pub queue: Arc<str>,
    /// Which attempt this is, from 1.
    pub attempt: u32,
    /// How many more attempts may follow the first.
    pub retry_limit: u32,
    /// Jobs with a higher priority run first.
    pub priority: i32,
    /// When it was submitted.
    pub created_on: DateTime<Utc>,
    /// When it was due.
    pub start_after: DateTime<Utc>,
    /// When this attempt began, by the database's clock.
    pub started_on: DateTime<Utc>,
    /// How long this attempt may take.
    pub expire_in: Duration,
    /// Its deduplication key.
    pub singleton_key: Option<String>,
}

impl JobInfo {
    /// Describes a first attempt with the defaults of pg-boss 12.38: two retries, 15 minutes. An executor sets the rest.
    pub fn new(id: Uuid, name: Arc<str>, now: DateTime<Utc>) -> Self {
        Self {
            id,
            queue: Arc::clone(&name),
            name,
            attempt: 1,
            retry_limit: 2,
            priority: 0,
            created_on: now,
            start_after: now,
            started_on: now,
            expire_in: Duration::from_secs(900),
            singleton_key: None,
        }
    }
}

/// What a job's function gets beside its input: the entities, the job, and the executor that runs it.
///
/// A function asks for it as its last parameter, `ctx: Context<Handle>`. Clones belong to the same attempt. A test makes one with
/// [`Memory::context`](crate::Memory::context).
///
/// ```
/// # use jobs_core::{Context, JobError, Memory, job};
/// struct Mailer {
///     from: String,
/// }
///
/// #[job(executor = Memory)]
/// async fn send_mails(addresses: Vec<String>, ctx: Context<SendMails>) -> Result<usize, JobError> {
///     let mailer = ctx.app::<Mailer>();
///     let count = addresses.len();
///     for (sent, address) in addresses.iter().enumerate() {
///         if ctx.is_cancelled() {
///             return Ok(sent);
///         }
///         println!("attempt {}: {} writes to {address}", ctx.job.attempt, mailer.from);
///         ctx.progress(sent as f64 / count as f64, address);
///     }
///     Ok(count)
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
/// let memory = Memory::new().provide(Mailer { from: "shop@example.com".into() });
/// let ctx = memory.context::<SendMails>()?;
/// assert_eq!(send_mails(vec!["tony@example.com".into()], ctx).await.unwrap(), 1);
/// # Ok(()) }
/// ```
pub struct Context<J: Job> {
    /// The delegates of the entities that the job declares: a field for each, named in snake case.
    pub entities: J::Entities,
    /// The running job; in a batch, the first one.
    pub job: JobInfo,
    /// The tracing span of this attempt, with the job's id, name and attempt; of a batch, with the name and the number of jobs.
    pub log: tracing::Span,
    pub(crate) batch: Option<Arc<[JobInfo]>>,
    pub(crate) provided: Extensions,
    pub(crate) cancellation: Cancellation,
    pub(crate) stopping: Cancellation,
    /// `None` if the job runs on an executor that takes the jobs of all others.
    pub(crate) executor: Option<J::Executor>,
}

impl<J: Job> Context<J> {
    /// The jobs of this call, in the order of its inputs. Without `worker(batch = ..)` it is one job.
    pub fn batch(&self) -> &[JobInfo] {
        self.batch
            .as_deref()
            .unwrap_or(std::slice::from_ref(&self.job))
    }

    /// Returns the value of this type that the application gave to its executor with `.provide(value)`.
    ///
    /// If there is none, the attempt ends here: an event at level ERROR names the type, the attempt is not counted, and the job
    /// runs again after a minute, perhaps in a process that provides the value. In a test, `drain` returns that as an error.
    ///
    /// # Panics
    /// If there is none where a test calls the function itself, or in a task that the function spawned.
    #[track_caller]
    pub fn app<T: Send + Sync + 'static>(&self) -> &T {
        match self.provided.get::<T>() {
            Ok(value) => value,
            Err(missing) => {
                let again_in = NOT_PROVIDED_DELAY;
                tracing::error!(parent: &self.log, ?again_in, "{missing}");
                end_for_lack_of(&missing)
            }
        }
    }

    /// Reports the progress of the job, from 0 to 1, as an event in its span at level INFO.
    pub fn progress(&self, fraction: f64, message: impl AsRef<str>) {
        let message = message.as_ref();
        tracing::info!(parent: &self.log, fraction = fraction.clamp(0.0, 1.0), "{message}");
    }

    /// Waits until this attempt is cancelled: its job was cancelled, has expired, or runs in another worker. A batch is cancelled
    /// when all its jobs are; if only some are, the function goes on and their results are dropped.
    ///
    /// A function that waits for this, beside its work in a `select!`, has 5 seconds to clean up before it is dropped.
    pub async fn cancelled(&self) {
        self.cancellation.cancelled().await;
    }

    /// Whether this attempt was cancelled. A blocking function cannot be dropped, so it should check this from time to time.
    pub fn is_cancelled(&self) -> bool {
        self.cancellation.is_cancelled()
    }

    /// Waits until the executor begins to stop. A long job can then end early or [snooze](crate::JobError::snooze) itself. A job that
    /// still runs when the time for the stop is over is released, and its future is dropped.
    ///
    /// ```
    /// # use jobs_core::{Context, Job};
    /// # async fn step() {}
    /// # async fn example<J: Job>(ctx: Context<J>) {
    /// while !ctx.is_stopping() {
    ///     step().await;
    /// }
    /// # }
    /// ```
    pub async fn stopping(&self) {
        self.stopping.cancelled().await;
    }

    /// Whether the executor has begun to stop.
    pub fn is_stopping(&self) -> bool {
        self.stopping.is_cancelled()
    }

    /// The executor that runs this job.
    ///
    /// # Panics
    /// If [`Memory`](crate::Memory) runs a job of another executor, as in a test.
    pub fn executor(&self) -> &J::Executor {
        match &self.executor {
            Some(executor) => executor,
            None => panic!(
                "the job runs in memory, where there is no executor {}",
                J::Executor::NAME
            ),
        }
    }
}

// Without a bound on the entities, so that `#[tracing::instrument]` works on every job's function.
impl<J: Job> fmt::Debug for Context<J> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Context")
            .field("job", &self.job)
            .finish_non_exhaustive()
    }
}

impl<J: Job> Clone for Context<J> {
    fn clone(&self) -> Self {
        Self {
            entities: self.entities.clone(),
            job: self.job.clone(),
            batch: self.batch.clone(),
            log: self.log.clone(),
            provided: self.provided.clone(),
            cancellation: self.cancellation.clone(),
            stopping: self.stopping.clone(),
            executor: self.executor.clone(),
        }
    }
}

/// Cancels a running attempt. Clones share their state.
#[derive(Debug, Clone, Default)]
pub struct Cancellation {
    token: CancellationToken,
    watched: Arc<AtomicBool>,
}

impl Cancellation {
    /// Cancels the attempt.
    pub fn cancel(&self) {
        self.token.cancel();
    }

    /// Whether the attempt was cancelled.
    pub fn is_cancelled(&self) -> bool {
        self.watched.store(true, Ordering::Relaxed);
        self.has_happened()
    }

    /// Waits until the attempt is cancelled.
    pub async fn cancelled(&self) {
        self.watched.store(true, Ordering::Relaxed);
        self.happened().await;
    }

    /// The same for the executor itself, which does not mean that the function would notice.
    pub(crate) async fn happened(&self) {
        self.token.cancelled().await;
    }

    /// Whether it was cancelled, for the executor itself.
    pub(crate) fn has_happened(&self) -> bool {
        self.token.is_cancelled()
    }

    /// Whether the function asks for it, and so may want to clean up.
    pub(crate) fn is_watched(&self) -> bool {
        self.watched.load(Ordering::Relaxed)
    }
}
