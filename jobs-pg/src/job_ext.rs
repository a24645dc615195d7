//! What pg-boss can do with a submitted job: look at its row, cancel it, resume it.

mod flow;
mod submission;

pub use flow::PgBossFlow;
pub use submission::PgBossSubmission;

use std::fmt;

use jobs_core::{Error, ErrorKind, Job, JobKey, SubmittedJob};

use crate::store::with_timeout;
use crate::{AffectedJobs, DependencyPage, JobDetails, JobUpdate, Operation, PgBoss};
use pg_boss::error::map_db_error;

/// Gives jobs of [`PgBoss`] what only it can do.
pub trait PgBossExt {
    /// The job as pg-boss sees it: `details`, `cancel`, `resume`, `retry` and `delete` are there.
    fn pg_boss(&self) -> PgBossJob<'_>;
}

impl<J: Job<Executor = PgBoss>> PgBossExt for SubmittedJob<J> {
    fn pg_boss(&self) -> PgBossJob<'_> {
        PgBossJob {
            key: self.key(),
            boss: Box::new(|| self.executor()),
        }
    }
}

/// A job as pg-boss sees it.
pub struct PgBossJob<'a> {
    key: JobKey,
    boss: Box<dyn Fn() -> Result<PgBoss, Error> + Send + Sync + 'a>,
}

impl PgBossJob<'_> {
    /// The job's row, with all its columns.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`] if there is no such job, or no longer.
    pub async fn details(&self) -> Result<JobDetails, Error> {
        let JobKey { name, id } = &self.key;
        let boss = (self.boss)()?;
        let row = with_timeout(boss.store().await?.find(&self.key))
            .await
            .map_err(map_db_error(self.doing("look at")))?;
        let row = row.ok_or_else(|| {
            Error::new(
                ErrorKind::NotFound,
                format!("there is no job {id} in queue `{name}`, or no longer"),
            )
        })?;
        serde_json::from_str(&row).map_err(|error| {
            Error::caused_by(
                ErrorKind::Incompatible,
                format!("cannot read the row of job {id}"),
                error,
            )
        })
    }

    /// Cancels the job, waiting or running; `false` if it had ended already. Whoever runs it learns it with his next sign of
    /// life, and his function is dropped.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn cancel(&self) -> Result<bool, Error> {
        let boss = (self.boss)()?;
        self.change(boss.cancel(&self.key.name, self.key.id)).await
    }

    /// Lets a cancelled job wait again; `false` if it is not cancelled.
    ///
    /// # Errors
    /// [`ErrorKind::Refused`] if the policy of the queue has no place for it.
    pub async fn resume(&self) -> Result<bool, Error> {
        let boss = (self.boss)()?;
        self.change(boss.resume(&self.key.name, self.key.id)).await
    }

    /// Gives a failed job one more attempt; `false` if it has not failed.
    ///
    /// # Errors
    /// [`ErrorKind::Refused`] if the policy of the queue has no place for it.
    pub async fn retry(&self) -> Result<bool, Error> {
        let boss = (self.boss)()?;
        self.change(boss.retry(&self.key.name, self.key.id)).await
    }

    /// Removes the job's row, whatever its state; `false` if there is none.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn delete(&self) -> Result<bool, Error> {
        let boss = (self.boss)()?;
        self.change(boss.delete_job(&self.key.name, self.key.id))
            .await
    }

    /// Changes the job while it waits; `false` if it does not wait any more.
    ///
    /// # Errors
    /// As [`PgBoss::update`].
    pub async fn update(&self, update: JobUpdate) -> Result<bool, Error> {
        let boss = (self.boss)()?;
        let updated = boss.update(&self.key.name, self.key.id, update).await?;
        Ok(!updated.jobs.is_empty())
    }

    /// The jobs of a flow that it waits for, or waited for.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn dependencies(&self) -> Result<Vec<JobKey>, Error> {
        let (boss, part) = ((self.boss)()?, DependencyPage::new());
        boss.dependencies(&self.key.name, self.key.id, part).await
    }

    /// The jobs of a flow that wait, or waited, for it.
    ///
    /// # Errors
    /// If the database does not answer.
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
