//! A job's row.

use chrono::{DateTime, NaiveDateTime, Utc};
use jobs_rules::{Error, ErrorKind, IntoJobRefs, JobRef, JobState};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use uuid::Uuid;

use crate::Json;
use crate::row_time;

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

/// The attempt, if the row was active when it was read; else the job.
impl From<&JobDetails> for JobRef {
    fn from(job: &JobDetails) -> Self {
        let is_active = job.state == JobState::Active;
        Self {
            id: job.id,
            retry_count: is_active.then_some(job.retry_count),
            started_on: job.started_on.filter(|_| is_active),
        }
    }
}

impl IntoJobRefs for &JobDetails {
    fn into_job_refs(self) -> Vec<JobRef> {
        vec![self.into()]
    }
}
