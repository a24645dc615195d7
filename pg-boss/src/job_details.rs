//! A job's row.

use chrono::{DateTime, NaiveDateTime, Utc};
use jobs_rules::{Error, ErrorKind, IntoJobRefs, JobRef, JobState};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use uuid::Uuid;

use crate::Json;
use crate::row_time;

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
            Error::because(ErrorKind::BadInput, message, error.inner())
        })
    }
}

/// Refers to the attempt if the job was active when its row was read, else to the job.
impl From<&JobDetails> for JobRef {
    fn from(job: &JobDetails) -> Self {
        match job.state {
            JobState::Active => Self::attempt(job.id, job.retry_count, job.started_on),
            _ => Self::from(job.id),
        }
    }
}

impl IntoJobRefs for &JobDetails {
    fn into_job_refs(self) -> Vec<JobRef> {
        vec![self.into()]
    }
}
