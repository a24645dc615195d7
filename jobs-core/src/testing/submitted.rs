//! Submitted jobs with their types, and assertions about them.

use std::fmt::{self, Write as _};
use std::panic::Location;

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::executor::run::decode;
use crate::{Error, ErrorKind, Job, JobState};

/// How many submissions a failed assert shows.
const SHOWN: usize = 20;

/// A job that was submitted, by any process.
#[non_exhaustive]
pub struct Submitted<J: Job> {
    /// Unique within the queue.
    pub job_id: Uuid,
    /// The input.
    pub input: J::Input,
    /// The current state.
    pub state: JobState,
    /// When it was submitted.
    pub created_on: DateTime<Utc>,
    /// When it is due.
    pub start_after: DateTime<Utc>,
    /// Jobs with a higher priority run first.
    pub priority: i32,
    /// How many more attempts may follow the first.
    pub retry_limit: u32,
    /// Its deduplication key.
    pub singleton_key: Option<String>,
}

impl<J: Job> Submitted<J> {
    /// Describes a stored job, for an executor. `input` is JSON text; `None` stands for null. The rest is as in a waiting job
    /// without options; the executor sets what differs.
    ///
    /// # Errors
    /// [`ErrorKind::BadInput`] naming the field of the input that does not decode.
    pub fn read(
        job_id: Uuid,
        input: Option<&str>,
        created_on: DateTime<Utc>,
    ) -> Result<Self, Error> {
        let input = decode(input).map_err(|failure| {
            let message = format!(
                "cannot read the input of job {job_id} in queue `{}`",
                J::NAME
            );
            Error::because(ErrorKind::BadInput, message, &failure)
        })?;
        Ok(Self {
            job_id,
            input,
            state: JobState::Created,
            created_on,
            start_after: created_on,
            priority: 0,
            retry_limit: 2,
            singleton_key: None,
        })
    }
}

impl<J: Job> fmt::Debug for Submitted<J> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            job_id,
            state,
            start_after,
            ..
        } = self;
        let due = start_after.to_rfc3339();
        match serde_json::to_string(&self.input) {
            Ok(input) => write!(f, "{job_id} ({state}, due {due}): {input}"),
            Err(error) => write!(f, "{job_id} ({state}, due {due}): {error}"),
        }
    }
}

/// An executor that can list what was submitted to it.
pub trait Submissions: Sync {
    /// The jobs of one kind that it keeps, whatever their state, in the order in which they were submitted.
    fn submitted<J: Job>(&self) -> impl Future<Output = Result<Vec<Submitted<J>>, Error>> + Send;
}

/// Asserts that a job with such an input was submitted, and returns the first one.
///
/// # Panics
/// If there is none; the message lists the submitted jobs of this kind.
#[track_caller]
pub fn assert_submitted<J: Job>(
    executor: &impl Submissions,
    expected: impl Fn(&J::Input) -> bool,
) -> impl Future<Output = Submitted<J>> {
    let place = Location::caller();
    async move {
        let mut all = all::<J>(executor, place).await;
        match all.iter().position(|one| expected(&one.input)) {
            Some(at) => all.swap_remove(at),
            None => panic!(
                "at {place}: no job `{}` with such an input was submitted; {}",
                J::NAME,
                list(&all)
            ),
        }
    }
}

/// Asserts that no job with such an input was submitted.
///
/// # Panics
/// If there is one; the message lists the submitted jobs of this kind.
#[track_caller]
pub fn assert_not_submitted<J: Job>(
    executor: &impl Submissions,
    unexpected: impl Fn(&J::Input) -> bool,
) -> impl Future<Output = ()> {
    let place = Location::caller();
    async move {
        let all = all::<J>(executor, place).await;
        if all.iter().any(|one| unexpected(&one.input)) {
            panic!(
                "at {place}: a job `{}` with such an input was submitted; {}",
                J::NAME,
                list(&all)
            );
        }
    }
}

async fn all<J: Job>(executor: &impl Submissions, place: &Location<'_>) -> Vec<Submitted<J>> {
    match executor.submitted::<J>().await {
        Ok(all) => all,
        Err(error) => panic!("at {place}: {error:?}"),
    }
}

fn list<J: Job>(all: &[Submitted<J>]) -> String {
    if all.is_empty() {
        return "none was submitted at all".into();
    }
    let mut list = String::from("submitted were:");
    for one in all.iter().take(SHOWN) {
        // Writing to a string cannot fail.
        let _ = write!(list, "\n  {one:?}");
    }
    if all.len() > SHOWN {
        let _ = write!(list, "\n  and {} more", all.len() - SHOWN);
    }
    list
}
