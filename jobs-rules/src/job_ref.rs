//! What names a job in its queue, or one attempt at it.

use chrono::{DateTime, Utc};

use uuid::Uuid;

use crate::Enqueued;

/// A job of a queue, or one attempt at it.
///
/// With a retry count and a start it is one attempt: an operation on it does nothing when another worker has fetched the job
/// since. Without, it is the job, whichever worker runs it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct JobRef {
    /// The job's id, unique within its queue.
    pub id: Uuid,
    /// The retry count with which the attempt was fetched.
    pub retry_count: Option<i32>,
    /// When the attempt was fetched. A job that was snoozed or released keeps its retry count; this tells its attempts apart.
    pub started_on: Option<DateTime<Utc>>,
}

/// What an operation on jobs takes: an id, an [attempt](JobRef), a fetched or submitted job, or many of one kind.
#[diagnostic::on_unimplemented(
    message = "`{Self}` names no jobs",
    label = "not jobs",
    note = "give a `Uuid`, a `JobRef`, a fetched job as `&job`, or a `Vec` or slice of these"
)]
pub trait IntoJobRefs {
    /// The jobs.
    fn into_job_refs(self) -> Vec<JobRef>;
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
