//! Operations on one submitted job: read its row, cancel it, resume it.

mod flow;
mod submission;

pub use flow::PgBossFlow;
pub use submission::PgBossSubmission;

use std::fmt;
use std::future::{Pending, pending};

use jobs_core::executor::JobKey;
use jobs_core::{Error, ErrorKind, Job, SubmittedJob};

use crate::hints::OnTheJob;
use crate::operation::{AffectedJobs, DependencyPage, JobUpdate, Operation};
use crate::sealed::Sealed;
use crate::store::with_timeout;
use crate::{JobDetails, PgBoss};
use pg_boss::error::map_db_error;

macro_rules! hints {
    ($($name:ident)+) => {$(
        #[doc(hidden)]
        fn $name(&self) -> Pending<Result<(), Error>>
        where
            Self: OnTheJob,
        {
            pending()
        }
    )+};
}

/// Adds the operations of [`PgBoss`] to its submitted jobs. Only this crate implements it.
pub trait PgBossExt: Sealed {
    /// Returns the operations on this job: `details`, `cancel`, `resume`, `retry`, `delete` and others.
    fn pg_boss(&self) -> PgBossJob<'_>;

    hints!(cancel details resume retry delete);
}

impl<J: Job<Executor = PgBoss>> PgBossExt for SubmittedJob<J> {
    fn pg_boss(&self) -> PgBossJob<'_> {
        PgBossJob {
            job: self.key(),
            boss: Box::new(|| self.executor()),
        }
    }
}

/// The operations on one job, from [`PgBossExt::pg_boss`].
pub struct PgBossJob<'a> {
    /// By the job's name, whatever its queue.
    job: JobKey,
    boss: Box<dyn Fn() -> Result<PgBoss, Error> + Send + Sync + 'a>,
}

impl PgBossJob<'_> {
    /// Reads the job's row, with all its columns.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`] if there is no such job; it may have been deleted.
    pub async fn details(&self) -> Result<JobDetails, Error> {
        let (boss, key) = self.find()?;
        let JobKey { name, id } = &key;
        let row = with_timeout(boss.store().await?.find(&key))
            .await
            .map_err(map_db_error(format!("look at job {id} in queue `{name}`")))?;
        let row = row.ok_or_else(|| {
            Error::new(
                ErrorKind::NotFound,
                format!("there is no job {id} in queue `{name}`; it may have been deleted"),
            )
        })?;
        serde_json::from_str(&row).map_err(|error| {
            let message = format!("cannot read the row of job {id}");
            Error::because(ErrorKind::Incompatible, message, &error)
        })
    }

    /// Cancels the job, whether it waits or runs; `false` if it had already ended. A running job is told at once where its worker
    /// hears `NOTIFY`, else at its next heartbeat, and its future is dropped.
    ///
    /// # Errors
    /// If the database does not respond.
    pub async fn cancel(&self) -> Result<bool, Error> {
        let (boss, JobKey { name, id }) = self.find()?;
        self.change(boss.cancel(&name, id)).await
    }

    /// Resumes a cancelled job, which then waits again; `false` if it is not cancelled.
    ///
    /// # Errors
    /// [`ErrorKind::Refused`] if it conflicts with another job by the policy of the queue.
    pub async fn resume(&self) -> Result<bool, Error> {
        let (boss, JobKey { name, id }) = self.find()?;
        self.change(boss.resume(&name, id)).await
    }

    /// Lets a failed job run once more; `false` if it has not failed.
    ///
    /// # Errors
    /// [`ErrorKind::Refused`] if it conflicts with another job by the policy of the queue.
    pub async fn retry(&self) -> Result<bool, Error> {
        let (boss, JobKey { name, id }) = self.find()?;
        self.change(boss.retry(&name, id)).await
    }

    /// Deletes the job's row, whatever its state; `false` if there is none.
    ///
    /// # Errors
    /// If the database does not respond.
    pub async fn delete(&self) -> Result<bool, Error> {
        let (boss, JobKey { name, id }) = self.find()?;
        self.change(boss.delete_job(&name, id)).await
    }

    /// Changes a waiting job; `false` if it does not wait any more.
    ///
    /// # Errors
    /// As [`update`](crate::operation::Boss::update) of the executor.
    pub async fn update(&self, update: JobUpdate) -> Result<bool, Error> {
        let (boss, JobKey { name, id }) = self.find()?;
        let updated = boss.update(&name, id, update).await?;
        Ok(!updated.jobs.is_empty())
    }

    /// The jobs of its flow that it waits for, or has waited for.
    ///
    /// # Errors
    /// If the database does not respond.
    pub async fn dependencies(&self) -> Result<Vec<JobKey>, Error> {
        let (boss, JobKey { name, id }) = self.find()?;
        boss.dependencies(&name, id, DependencyPage::new()).await
    }

    /// The jobs of its flow that wait for it, or have waited for it.
    ///
    /// # Errors
    /// If the database does not respond.
    pub async fn dependents(&self) -> Result<Vec<JobKey>, Error> {
        let (boss, JobKey { name, id }) = self.find()?;
        boss.dependents(&name, id, DependencyPage::new()).await
    }

    async fn change(&self, operation: Operation<AffectedJobs>) -> Result<bool, Error> {
        Ok(operation.await?.count() > 0)
    }

    /// The executor, and the job's queue and id there.
    fn find(&self) -> Result<(PgBoss, JobKey), Error> {
        let boss = (self.boss)()?;
        let key = boss.namespace().key(&self.job);
        Ok((boss, key))
    }
}

impl fmt::Debug for PgBossJob<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("PgBossJob").field(&self.job).finish()
    }
}
