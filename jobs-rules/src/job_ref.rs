//! References to a job in its queue, or to one attempt at it.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::Enqueued;

/// A reference to a job of a queue, or to one attempt at it.
///
/// With a retry count and a start it refers to one attempt: an operation on it does nothing if another worker has fetched the job
/// since. Without them it refers to the job, whichever worker runs it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub struct JobRef {
    /// The job's id, unique within its queue.
    pub id: Uuid,
    /// The retry count with which the attempt was fetched.
    pub retry_count: Option<i32>,
    /// When the attempt was fetched. A job that was snoozed or released keeps its retry count; this distinguishes its attempts.
    pub started_on: Option<DateTime<Utc>>,
}

/// The jobs of an operation: an id, a [reference](JobRef), a fetched or submitted job, or several of one of these types.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not refer to jobs",
    label = "not jobs",
    note = "give a `Uuid`, a `JobRef`, a fetched job as `&job`, or a `Vec` or slice of these"
)]
pub trait IntoJobRefs {
    /// Converts the argument.
    fn into_job_refs(self) -> Vec<JobRef>;
}

impl JobRef {
    /// Refers to one attempt.
    pub fn attempt(id: Uuid, retry_count: i32, started_on: Option<DateTime<Utc>>) -> Self {
        Self {
            id,
            retry_count: Some(retry_count),
            started_on,
        }
    }
}

impl From<Uuid> for JobRef {
    fn from(id: Uuid) -> Self {
        Self {
            id,
            retry_count: None,
            started_on: None,
        }
    }
}

impl From<&Uuid> for JobRef {
    fn from(id: &Uuid) -> Self {
        Self::from(*id)
    }
}

impl From<&Self> for JobRef {
    fn from(job: &Self) -> Self {
        *job
    }
}

impl From<Enqueued> for JobRef {
    fn from(receipt: Enqueued) -> Self {
        Self::from(receipt.id)
    }
}

impl From<&Enqueued> for JobRef {
    fn from(receipt: &Enqueued) -> Self {
        Self::from(receipt.id)
    }
}

macro_rules! one {
    ($($one:ty;)*) => {$(
        impl IntoJobRefs for $one {
            fn into_job_refs(self) -> Vec<JobRef> {
                vec![self.into()]
            }
        }
    )*};
}

one! {
    JobRef;
    Uuid;
    &Uuid;
    Enqueued;
}

impl<T: Into<JobRef>> IntoJobRefs for Vec<T> {
    fn into_job_refs(self) -> Vec<JobRef> {
        self.into_iter().map(Into::into).collect()
    }
}

impl<T: Into<JobRef>, const N: usize> IntoJobRefs for [T; N] {
    fn into_job_refs(self) -> Vec<JobRef> {
        self.into_iter().map(Into::into).collect()
    }
}

impl<'a, T> IntoJobRefs for &'a [T]
where
    &'a T: Into<JobRef>,
{
    fn into_job_refs(self) -> Vec<JobRef> {
        self.iter().map(Into::into).collect()
    }
}

impl<'a, T> IntoJobRefs for &'a Vec<T>
where
    &'a T: Into<JobRef>,
{
    fn into_job_refs(self) -> Vec<JobRef> {
        self.as_slice().into_job_refs()
    }
}
