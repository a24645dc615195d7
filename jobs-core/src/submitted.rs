//! A submitted job, which any process can follow.

use std::fmt;
use std::marker::PhantomData;
use std::pin::Pin;
use std::time::Duration;

use uuid::Uuid;

use crate::executor::outcome::read_output;
use crate::executor::{Keeper, keeper};
use crate::{
    Enqueued, Error, ErrorKind, Executor, Failure, IntoJobRefs, IntoSeconds, Job, JobEnd, JobKey,
    JobRef,
};

/// A job that was submitted. It only names the job: dropping it does not affect the job.
///
/// ```
/// # use jobs_core::{Job, Memory, SubmittedJob, job};
/// #[job(executor = Memory)]
/// async fn double(number: u32) -> u32 {
///     number * 2
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), jobs_core::Error> {
/// # let memory = Memory::new();
/// let submitted = Double::run_now().on(&memory).submit(21).await?;
/// println!("{} {} on {}", submitted.job_name, submitted.job_id, submitted.executor_name);
/// # memory.drain().await?;
/// assert_eq!(submitted.output().await?, 42);
///
/// // Later, or in another process, the id is enough.
/// let tracked = Double::track(submitted.job_id).on(&memory);
/// assert_eq!(tracked.output().await?, 42);
/// # Ok(()) }
/// ```
#[non_exhaustive]
pub struct SubmittedJob<J: Job> {
    /// Unique within the queue.
    pub job_id: Uuid,
    /// The job's name, and its queue's.
    pub job_name: &'static str,
    /// The name of the executor that stores it.
    pub executor_name: &'static str,
    is_new: bool,
    keeper: Option<Keeper<J::Executor>>,
    job: PhantomData<fn() -> J>,
}

impl<J: Job> SubmittedJob<J> {
    /// Names the job that an executor has stored; for executors.
    pub fn stored(executor: J::Executor, receipt: Enqueued) -> Self {
        Self::kept(Keeper::Own(executor), receipt)
    }

    pub(crate) fn kept(keeper: Keeper<J::Executor>, receipt: Enqueued) -> Self {
        Self {
            job_id: receipt.id,
            job_name: J::NAME,
            executor_name: keeper.name(),
            is_new: receipt.is_new,
            keeper: Some(keeper),
            job: PhantomData,
        }
    }

    /// Names a job that was submitted before, perhaps by another process. Whether it exists is checked when it is used.
    pub fn track(job_id: Uuid) -> Self {
        let keeper = keeper().ok();
        Self {
            job_id,
            job_name: J::NAME,
            executor_name: keeper.as_ref().map_or(J::Executor::NAME, Keeper::name),
            is_new: false,
            keeper,
            job: PhantomData,
        }
    }

    /// Chooses the executor, for a tracked job.
    #[must_use]
    pub fn on(mut self, executor: &J::Executor) -> Self {
        self.executor_name = J::Executor::NAME;
        self.keeper = Some(Keeper::Own(executor.clone()));
        self
    }

    /// `false` if nothing was stored, because the submission was a duplicate (by throttle, singleton key or policy) of an existing
    /// job. This then names the existing job.
    pub fn is_new(&self) -> bool {
        self.is_new
    }

    /// The executor that stores the job.
    ///
    /// # Errors
    /// [`ErrorKind::NoExecutor`] if it was tracked without an executor and there is none now, or if an executor of another type
    /// stores it, such as [`Memory`](crate::Memory) in a test.
    pub fn executor(&self) -> Result<J::Executor, Error> {
        self.keeper()?.own()
    }

    fn keeper(&self) -> Result<Keeper<J::Executor>, Error> {
        self.keeper.clone().map_or_else(keeper, Ok)
    }

    /// The job's queue and id.
    pub fn key(&self) -> JobKey {
        JobKey {
            name: J::NAME.into(),
            id: self.job_id,
        }
    }

    /// Waits until the job has ended, and returns its output. [`output_within`](Self::output_within) does so with a time limit.
    ///
    /// A job that waits for another one keeps its slot in its queue, and its singleton key, until the other has ended. If both are
    /// of the same queue, the other may need this slot or key, and then neither ends: wait only for jobs of other queues.
    ///
    /// # Errors
    /// [`ErrorKind::Failed`] with the stored [`Failure`] as its source, [`ErrorKind::Cancelled`], [`ErrorKind::Deleted`],
    /// [`ErrorKind::BadInput`] if the output does not decode as the job's type; or an error of the executor.
    pub async fn output(&self) -> Result<J::Output, Error> {
        let Self {
            job_id, job_name, ..
        } = self;
        match self.keeper()?.end_of(&self.key()).await? {
            JobEnd::Completed(output) => read_output(output).map_err(|error| {
                let message =
                    format!("cannot read the output of job {job_id} in queue `{job_name}`");
                Error::because(ErrorKind::BadInput, message, &error)
            }),
            JobEnd::Failed(output) => {
                let message = format!("job {job_id} in queue `{job_name}` failed");
                Err(Error::caused_by(
                    ErrorKind::Failed,
                    message,
                    Failure::read(output.as_ref()),
                ))
            }
            JobEnd::Cancelled(output) => {
                let message = format!("job {job_id} in queue `{job_name}` was cancelled");
                // Without a reason of the job's own, the output is that of an earlier attempt.
                let reason = Failure::read(output.as_ref());
                Err(match reason.name == Failure::CANCELLED {
                    true => Error::caused_by(ErrorKind::Cancelled, message, reason),
                    false => Error::new(ErrorKind::Cancelled, message),
                })
            }
            JobEnd::Deleted => Err(Error::new(
                ErrorKind::Deleted,
                format!("there is no job {job_id} in queue `{job_name}`; it may have been deleted"),
            )),
        }
    }

    /// Waits as [`output`](Self::output) does, but no longer than `limit`: whole seconds, a [`Duration`] or a text such
    /// as `"90s"`. The job itself goes on.
    ///
    /// ```no_run
    /// # use jobs_core::{Error, Job, SubmittedJob};
    /// # async fn example<J: Job>(job: SubmittedJob<J>) -> Result<(), Error> {
    /// let output = job.output_within("10s").await?;
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// As [`output`](Self::output); and [`ErrorKind::TimedOut`] if the job has not ended in time, [`ErrorKind::BadInput`] for a limit
    /// that is no length of time.
    // Boxed: a future that has the argument's type among its own is reported three times if that type is wrong.
    pub fn output_within(
        &self,
        limit: impl IntoSeconds,
    ) -> Pin<Box<dyn Future<Output = Result<J::Output, Error>> + Send + '_>> {
        Box::pin(self.output_until(limit.into_time()))
    }

    async fn output_until(&self, limit: Result<Duration, String>) -> Result<J::Output, Error> {
        let limit = limit.map_err(|wrong| {
            let message = format!(
                "the time limit for the output of job {} {wrong}",
                self.job_id
            );
            Error::new(ErrorKind::BadInput, message)
        })?;
        tokio::time::timeout(limit, self.output())
            .await
            .unwrap_or_else(|_| {
                let Self {
                    job_id, job_name, ..
                } = self;
                Err(Error::new(
                    ErrorKind::TimedOut,
                    format!("job {job_id} in queue `{job_name}` has not ended within {limit:?}"),
                ))
            })
    }
}

impl<J: Job> Clone for SubmittedJob<J> {
    fn clone(&self) -> Self {
        Self {
            keeper: self.keeper.clone(),
            ..*self
        }
    }
}

impl<J: Job> fmt::Debug for SubmittedJob<J> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SubmittedJob")
            .field("job_id", &self.job_id)
            .field("job_name", &self.job_name)
            .field("executor_name", &self.executor_name)
            .field("is_new", &self.is_new)
            .finish()
    }
}

impl<J: Job> From<&SubmittedJob<J>> for JobRef {
    fn from(job: &SubmittedJob<J>) -> Self {
        Self::from(job.job_id)
    }
}

impl<J: Job> IntoJobRefs for &SubmittedJob<J> {
    fn into_job_refs(self) -> Vec<JobRef> {
        vec![self.into()]
    }
}
