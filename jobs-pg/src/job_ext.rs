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
            key: self.key(),
            boss: Box::new(|| self.executor()),
        }
    }
}

/// The operations on one job, from [`PgBossExt::pg_boss`].
pub struct PgBossJob<'a> {
    key: JobKey,
    boss: Box<dyn Fn() -> Result<PgBoss, Error> + Send + Sync + 'a>,
}

impl PgBossJob<'_> {
    /// Reads the job's row, with all its columns.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`] if there is no such job; it may have been deleted.
    pub async fn details(&self) -> Result<JobDetails, Error> {
        let JobKey { name, id } = &self.key;
        let boss = (self.boss)()?;
        let row = with_timeout(boss.store().await?.find(&self.key))
            .await
            .map_err(map_db_error(self.doing("look at")))?;
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

    /// Cancels the job, whether it waits or runs; `false` if it had already ended. A running job is notified at its next heartbeat,
    /// and its future is dropped.
    ///
    /// # Errors
    /// If the database does not respond.
    pub async fn cancel(&self) -> Result<bool, Error> {
        let boss = (self.boss)()?;
        self.change(boss.cancel(&self.key.name, self.key.id)).await
    }

    /// Resumes a cancelled job, which then waits again; `false` if it is not cancelled.
    ///
    /// # Errors
    /// [`ErrorKind::Refused`] if it conflicts with another job by the policy of the queue.
    pub async fn resume(&self) -> Result<bool, Error> {
        let boss = (self.boss)()?;
        self.change(boss.resume(&self.key.name, self.key.id)).await
    }

    /// Lets a failed job run once more; `false` if it has not failed.
    ///
    /// # Errors
    /// [`ErrorKind::Refused`] if it conflicts with another job by the policy of the queue.
    pub async fn retry(&self) -> Result<bool, Error> {
        let boss = (self.boss)()?;
        self.change(boss.retry(&self.key.name, self.key.id)).await
    }

    /// Deletes the job's row, whatever its state; `false` if there is none.
    ///
    /// # Errors
    /// If the database does not respond.
    pub async fn delete(&self) -> Result<bool, Error> {
        let boss = (self.boss)()?;
        self.change(boss.delete_job(&self.key.name, self.key.id))
            .await
    }

    /// Changes a waiting job; `false` if it does not wait any more.
    ///
    /// # Errors
    /// As [`update`](crate::operation::Boss::update) of the executor.
    pub async fn update(&self, update: JobUpdate) -> Result<bool, Error> {
        let boss = (self.boss)()?;
        let updated = boss.update(&self.key.name, self.key.id, update).await?;
        Ok(!updated.jobs.is_empty())
    }

    /// The jobs of its flow that it waits for, or has waited for.
    ///
    /// # Errors
    /// If the database does not respond.
    pub async fn dependencies(&self) -> Result<Vec<JobKey>, Error> {
        let (boss, part) = ((self.boss)()?, DependencyPage::new());
        boss.dependencies(&self.key.name, self.key.id, part).await
    }

    /// The jobs of its flow that wait for it, or have waited for it.
    ///
    /// # Errors
    /// If the database does not respond.
    pub async fn dependents(&self) -> Result<Vec<JobKey>, Error> {
        let (boss, part) = ((self.boss)()?, DependencyPage::new());
        boss.dependents(&self.key.name, self.key.id, part).await
    }

    async fn change(&self, operation: Operation<AffectedJobs>) -> Result<bool, Error> {
        Ok(operation.await?.count() > 0)
    }

    fn doing(&self, verb: &str) -> String {
        format!("{verb} job {} in queue `{}`", self.key.id, self.key.name)
    }
}

impl fmt::Debug for PgBossJob<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("PgBossJob").field(&self.key).finish()
    }
}
