//! A submitted job, which can be followed from any process.

use std::fmt;
use std::marker::PhantomData;
use std::time::Duration;

use uuid::Uuid;

use crate::executor::outcome::read_output;
use crate::executor::{Keeper, keeper};
use crate::{Enqueued, Error, ErrorKind, Executor, Failure, Job, JobEnd, JobKey};

/// A job that was submitted.
#[non_exhaustive]
pub struct SubmittedJob<J: Job> {
    /// Unique within the queue.
    pub job_id: Uuid,
    /// The job's name, and its queue's.
    pub job_name: &'static str,
    /// The name of the executor that keeps it.
    pub executor_name: &'static str,
    is_new: bool,
    keeper: Option<Keeper<J::Executor>>,
    job: PhantomData<fn() -> J>,
}

impl<J: Job> SubmittedJob<J> {
    /// Makes one from the receipt that an executor returned.
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

    /// Follows a job that was submitted before, perhaps by another process, by its id. Whether the job exists is
    /// only checked when something is asked of it.
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

    /// Names the executor, for a tracked job.
    #[must_use]
    pub fn on(mut self, executor: &J::Executor) -> Self {
        self.executor_name = J::Executor::NAME;
        self.keeper = Some(Keeper::Own(executor.clone()));
        self
    }

    /// `false` if the submission was a duplicate of an existing job (throttle, unique key, policy), which this one is then.
    pub fn is_new(&self) -> bool {
        self.is_new
    }

    /// The executor that keeps the job.
    ///
    /// # Errors
    /// [`ErrorKind::NoExecutor`] if it was tracked where there was none and there is none now, or if an executor of another
    /// type keeps it, such as [`Memory`](crate::Memory) in a test.
    pub fn executor(&self) -> Result<J::Executor, Error> {
        self.keeper()?.own()
    }

    fn keeper(&self) -> Result<Keeper<J::Executor>, Error> {
        self.keeper.clone().map_or_else(keeper, Ok)
    }

    /// The queue and the id.
    pub fn key(&self) -> JobKey {
        JobKey {
            name: J::NAME.into(),
            id: self.job_id,
        }
    }

    /// Waits until the job has ended, and returns its output; [`output_within`](Self::output_within) does so with a time limit.
    ///
    /// A job that waits for another occupies a slot of its queue, and its singleton key, until the other has ended. If the other
    /// is of the same queue, it may need that very slot or key, and then neither ever ends: wait for jobs of other queues.
    ///
    /// # Errors
    /// [`ErrorKind::Failed`] with the stored failure as its source, [`ErrorKind::Cancelled`], [`ErrorKind::Deleted`]; or
    /// an error of the executor.
    pub async fn output(&self) -> Result<J::Output, Error> {
        let Self {
            job_id, job_name, ..
        } = self;
        match self.keeper()?.end_of(&self.key()).await? {
            JobEnd::Completed(output) => read_output(output).map_err(|error| {
                let message =
                    format!("cannot read the output of job {job_id} in queue `{job_name}`");
                Error::caused_by(ErrorKind::BadInput, message, error)
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

    /// Waits as [`output`](Self::output) does, but no longer than `limit`. The job itself goes on.
    ///
    /// ```no_run
    /// # use std::time::Duration; use jobs_core::{Error, Job, SubmittedJob};
    /// # async fn example<J: Job>(job: SubmittedJob<J>) -> Result<(), Error> {
    /// let output = job.output_within(Duration::from_secs(10)).await?;
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// As `output`; and [`ErrorKind::TimedOut`] if the job has not ended in time.
    pub async fn output_within(&self, limit: Duration) -> Result<J::Output, Error> {
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
