//! What a running function sees.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use chrono::{DateTime, Utc};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::executor::panic::end_for_lack_of;
use crate::failure::NOT_PROVIDED_DELAY;
use crate::{Executor, Extensions, Job};

/// The job that runs, as its row says.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct JobInfo {
    /// Unique within the queue.
    pub id: Uuid,
    /// The job's name, and its queue's.
    pub name: Arc<str>,
    /// Which attempt this is, from 1.
    pub attempt: u32,
    /// How many more attempts may follow the first.
    pub retry_limit: u32,
    /// Higher runs first.
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
    /// A job on its first attempt with the defaults of pg-boss 12.38; an executor sets what it knows better.
    pub fn new(id: Uuid, name: Arc<str>, now: DateTime<Utc>) -> Self {
        Self {
            id,
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

/// What a running function sees of its surroundings.
pub struct Context<J: Job> {
    /// The delegates of the declared entities, a field each.
    pub entities: J::Entities,
    /// The job that runs; of a batch, the first.
    pub job: JobInfo,
    /// The span of this attempt: job id, name, attempt; of a batch: name, number of jobs.
    pub log: tracing::Span,
    pub(crate) batch: Option<Arc<[JobInfo]>>,
    pub(crate) provided: Extensions,
    pub(crate) cancellation: Cancellation,
    pub(crate) stopping: Cancellation,
    /// `None` where another executor takes its place.
    pub(crate) executor: Option<J::Executor>,
}

impl<J: Job> Context<J> {
    /// The jobs of this call, in the order of its inputs. Without `worker(batch = ..)` that is the one job.
    pub fn batch(&self) -> &[JobInfo] {
        self.batch
            .as_deref()
            .unwrap_or(std::slice::from_ref(&self.job))
    }

    /// The value that the application gave its executor with `.provide(value)`.
    ///
    /// If there is none of this type, the attempt ends here: an ERROR event names the type, the attempt is not counted, and the
    /// job runs again after a minute, perhaps in a process that provides the value.
    ///
    /// # Panics
    /// If there is none in a test: in memory, or where the test calls the function itself.
    #[track_caller]
    pub fn app<T: Send + Sync + 'static>(&self) -> &T {
        let is_test = self.executor.is_none() || J::Executor::TAKES_ALL;
        match self.provided.get::<T>() {
            Ok(value) => value,
            Err(missing) if is_test => panic!("{missing}"),
            Err(missing) => {
                let again_in = NOT_PROVIDED_DELAY;
                tracing::error!(parent: &self.log, ?again_in, "{missing}");
                end_for_lack_of(&missing)
            }
        }
    }

    /// Reports how far the job has come, from 0 to 1, as an event of its span.
    pub fn progress(&self, fraction: f64, message: impl AsRef<str>) {
        let message = message.as_ref();
        tracing::info!(parent: &self.log, fraction = fraction.clamp(0.0, 1.0), "{message}");
    }

    /// Waits until this attempt is cancelled: its job was cancelled, expired, or taken by another worker. A batch is cancelled
    /// when all its jobs are; the result of a single job that was cancelled is dropped, and the others go on.
    ///
    /// A function that waits here (beside its work, in a `select!`) gets some seconds to clean up before it is dropped.
    pub async fn cancelled(&self) {
        self.cancellation.cancelled().await;
    }

    /// Whether this attempt was cancelled. A blocking function, which cannot be dropped, checks this from time to time.
    pub fn is_cancelled(&self) -> bool {
        self.cancellation.is_cancelled()
    }

    /// Waits until the executor begins to stop. A long job can end early here, or [snooze](crate::JobError::snooze) itself; one that
    /// still runs when the time of the stop is over is released, and its future dropped.
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
