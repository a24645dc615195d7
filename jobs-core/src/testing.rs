//! For tests of programs with jobs: what was submitted, and what ran.
//!
//! [`Memory`](crate::Memory) is an executor without a database; an executor with one can offer the same.

mod submitted;
mod turns;

use serde_json::Value;
use uuid::Uuid;

use crate::JobState;

pub use submitted::{Submissions, Submitted, assert_not_submitted, assert_submitted};
pub use turns::Turns;

/// One attempt that a drain ran, and its outcome.
#[derive(Debug, Clone, PartialEq)]
pub struct Ran {
    /// The job's name, and its queue's.
    pub name: String,
    /// Unique within the queue.
    pub id: Uuid,
    /// Which attempt it was, from 1.
    pub attempt: u32,
    /// What the attempt left: `completed`, `failed`, `cancelled`; `retry` if another one follows; `created` if the job was
    /// snoozed.
    pub state: JobState,
    /// What the function returned or failed with, as it is stored.
    pub output: Option<Value>,
}
