//! Operations on one submitted job: read its row, cancel it, resume it.

mod submission;

pub use submission::PgBossSubmission;

use std::fmt;

use chrono::{DateTime, NaiveDateTime, Utc};
use jobs_core::executor::JobKey;
use jobs_core::{Error, ErrorKind, Job, JobState, SubmittedJob};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use uuid::Uuid;

use crate::error::map_db_error;
use crate::operation::{AffectedJobs, DependencyPage, JobUpdate, Operation};
use crate::row_time;
use crate::sealed::Sealed;
use crate::store::with_timeout;
use crate::{Json, PgBoss};

/// Adds the operations of [`PgBoss`] to its submitted jobs. Only this crate implements it.
pub trait PgBossExt: Sealed {
    /// Returns the operations on this job: `details`, `cancel`, `resume`, `retry`, `delete` and others.
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
            Error::caused_by(
                ErrorKind::Incompatible,
                format!("cannot read the row of job {id}"),
                error,
            )
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
    /// As [`PgBoss::update`].
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

/// A job's row, with the columns of schema 46. Lengths of time are whole seconds. Columns that a newer schema adds are in
/// [`other`](Self::other). An instant that chrono cannot represent, such as `infinity`, is replaced by the nearest that it can.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct JobDetails {
    /// Unique within the queue.
    pub id: Uuid,
    /// The queue's name.
    pub name: String,
    /// Jobs with a higher priority run first.
    pub priority: i32,
    /// The input.
    pub data: Option<Json>,
    /// The current state.
    pub state: JobState,
    /// How many more attempts may follow the first.
    pub retry_limit: i32,
    /// The number of attempts after the first.
    pub retry_count: i32,
    /// How long a failed attempt waits for the next.
    pub retry_delay: i32,
    /// Whether that delay grows.
    pub retry_backoff: bool,
    /// The maximum of a growing delay.
    pub retry_delay_max: Option<i32>,
    /// How long an attempt may take.
    pub expire_seconds: i32,
    /// How long the job is kept after it has ended; 0 keeps it for ever.
    pub deletion_seconds: i32,
    /// The deduplication key.
    pub singleton_key: Option<String>,
    /// Its throttle slot, in UTC.
    #[serde(default, deserialize_with = "row_time::local_if_any")]
    pub singleton_on: Option<NaiveDateTime>,
    /// Its group.
    pub group_id: Option<String>,
    /// Its tier in the group.
    pub group_tier: Option<String>,
    /// When it is due.
    #[serde(deserialize_with = "row_time::instant")]
    pub start_after: DateTime<Utc>,
    /// When it was submitted.
    #[serde(deserialize_with = "row_time::instant")]
    pub created_on: DateTime<Utc>,
    /// When its last attempt began.
    #[serde(default, deserialize_with = "row_time::if_any")]
    pub started_on: Option<DateTime<Utc>>,
    /// When it ended.
    #[serde(default, deserialize_with = "row_time::if_any")]
    pub completed_on: Option<DateTime<Utc>>,
    /// When it is deleted if it still waits.
    #[serde(deserialize_with = "row_time::instant")]
    pub keep_until: DateTime<Utc>,
    /// The stored output, or the stored failure.
    pub output: Option<Json>,
    /// The queue that gets a copy if it fails for good.
    pub dead_letter: Option<String>,
    /// The policy of its queue when it was submitted.
    pub policy: Option<String>,
    /// When its worker last sent a heartbeat.
    #[serde(default, deserialize_with = "row_time::if_any")]
    pub heartbeat_on: Option<DateTime<Utc>>,
    /// After how long without a heartbeat it is taken from its worker.
    pub heartbeat_seconds: Option<i32>,
    /// Whether it waits for other jobs.
    pub blocked: bool,
    /// Whether other jobs wait for it.
    pub blocking: bool,
    /// The number of jobs that it still waits for.
    pub pending_dependencies: i32,
    /// Of a copy in a dead letter queue: the queue of the original job.
    pub source_name: Option<String>,
    /// The id of the original job.
    pub source_id: Option<Uuid>,
    /// When the original job was submitted.
    #[serde(default, deserialize_with = "row_time::if_any")]
    pub source_created_on: Option<DateTime<Utc>>,
    /// The retry count of the original job.
    pub source_retry_count: Option<i32>,
    /// The output of the original job.
    pub source_output: Option<Json>,
    /// The id of the first job, if a copy was copied again.
    pub source_root_id: Option<Uuid>,
    /// The W3C trace context that was submitted with it.
    pub trace_context: Option<Json>,
    /// Whether it was stored by an upsert by key.
    pub upsert_by_key: Option<bool>,
    /// Columns that this library does not know.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

impl JobDetails {
    /// Decodes the input.
    ///
    /// # Errors
    /// [`ErrorKind::BadInput`] naming the field that does not decode.
    pub fn input<T: DeserializeOwned>(&self) -> Result<T, Error> {
        let input = self.data.as_ref().map_or("null", Json::text);
        let mut input = serde_json::Deserializer::from_str(input);
        serde_path_to_error::deserialize(&mut input).map_err(|error| {
            let message = format!(
                "the input of job {} in queue `{}` does not decode at `{}`",
                self.id,
                self.name,
                error.path()
            );
            Error::caused_by(ErrorKind::BadInput, message, error.into_inner())
        })
    }
}
