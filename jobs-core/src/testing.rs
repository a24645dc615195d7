//! For tests of programs that have jobs: which jobs were submitted, and which ran.
//!
//! [`Memory`](crate::Memory) is an executor without a database. An executor with one can implement [`Submissions`] too.

mod submitted;
mod turns;

use serde_json::Value;
use uuid::Uuid;

use crate::{Error, ErrorKind, JobKey, JobState, Outcome};

pub use submitted::{Submissions, Submitted, assert_not_submitted, assert_submitted};
pub use turns::Turns;

/// One attempt that a drain ran, and its outcome.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Ran {
    /// The job's name, and its queue's.
    pub name: String,
    /// Unique within the queue.
    pub id: Uuid,
    /// The number of the attempt, from 1.
    pub attempt: u32,
    /// The state of the job after the attempt: `completed`, `failed` or `cancelled`; `retry` if another attempt follows; `created`
    /// if the job was snoozed.
    pub state: JobState,
    /// The stored output, or the stored failure.
    pub output: Option<Value>,
}

impl Ran {
    /// Describes an attempt, for an executor; `output` is as it is stored.
    pub fn new(job: JobKey, attempt: u32, state: JobState, output: Option<Value>) -> Self {
        Self {
            name: job.name,
            id: job.id,
            attempt,
            state,
            output,
        }
    }
}

/// The error of a drain that ran a job whose function asked for a value that was not provided; for executors.
pub fn not_provided(job: &JobKey, outcome: &Outcome) -> Option<Error> {
    let Outcome::NotProvided(failure) = outcome else {
        return None;
    };
    let JobKey { name, id } = job;
    let message = format!("job {id} in queue `{name}` cannot run: {failure}");
    Some(Error::new(ErrorKind::Configuration, message))
}
