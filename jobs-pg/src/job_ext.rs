//! What pg-boss can do with a submitted job: look at its row, cancel it, resume it.

mod submission;

pub use submission::PgBossSubmission;

use std::fmt;

use chrono::{DateTime, NaiveDateTime, Utc};
pub use jobs_core::JobState;
use jobs_core::{Error, ErrorKind, Job, JobKey, SubmittedJob};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use uuid::Uuid;

use crate::error::map_db_error;
use crate::row_time;
use crate::store::with_timeout;
use crate::{AffectedJobs, DependencyPage, JobUpdate, Json, Operation, PgBoss};

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

/// A job's row, by the columns of schema 46. Times are whole seconds. Columns that a newer schema adds are
/// in [`other`](Self::other). A point in time that chrono cannot hold, such as `infinity`, is the nearest that it can.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct JobDetails {
    /// Unique within the queue.
    pub id: Uuid,
    /// The queue.
    pub name: String,
    /// Higher runs first.
    pub priority: i32,
    /// The input.
    pub data: Option<Json>,
    /// What has become of it.
    pub state: JobState,
    /// How many more attempts may follow the first.
    pub retry_limit: i32,
    /// How often it was fetched again.
    pub retry_count: i32,
    /// The wait before another attempt.
    pub retry_delay: i32,
    /// Whether that wait grows.
    pub retry_backoff: bool,
    /// What it grows to at most.
    pub retry_delay_max: Option<i32>,
    /// How long an attempt may take.
    pub expire_seconds: i32,
    /// How long the job is kept when it has ended; 0 is for ever.
    pub deletion_seconds: i32,
    /// What tells it from equal jobs.
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
    /// How long it is kept while it waits.
    #[serde(deserialize_with = "row_time::instant")]
    pub keep_until: DateTime<Utc>,
    /// What the function returned or failed with.
    pub output: Option<Json>,
    /// The queue for its copy if it fails for good.
    pub dead_letter: Option<String>,
    /// Its queue's policy when it was submitted.
    pub policy: Option<String>,
    /// The last sign of life.
    #[serde(default, deserialize_with = "row_time::if_any")]
    pub heartbeat_on: Option<DateTime<Utc>>,
    /// After how long without one its worker is taken for dead.
    pub heartbeat_seconds: Option<i32>,
    /// Whether it waits for other jobs.
    pub blocked: bool,
    /// Whether others wait for it.
    pub blocking: bool,
    /// How many it waits for.
    pub pending_dependencies: i32,
    /// In a dead letter queue: the queue it came from.
    pub source_name: Option<String>,
    /// The job it is a copy of.
    pub source_id: Option<Uuid>,
    /// When that was submitted.
    #[serde(default, deserialize_with = "row_time::if_any")]
    pub source_created_on: Option<DateTime<Utc>>,
    /// That one's retry count.
    pub source_retry_count: Option<i32>,
    /// What that one failed with.
    pub source_output: Option<Json>,
    /// The first job of the chain.
    pub source_root_id: Option<Uuid>,
    /// The W3C trace context that came with it.
    pub trace_context: Option<Json>,
    /// Whether it was stored by an upsert by key.
    pub upsert_by_key: Option<bool>,
    /// Columns that this library does not know.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

impl JobDetails {
    /// The input as a type.
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
