//! The states of a job.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::{Error, ErrorKind};

/// The six states of a job, in pg-boss's order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum JobState {
    /// The job waits for its first attempt.
    Created,
    /// An attempt failed, and the job waits for the next one.
    Retry,
    /// The job runs.
    Active,
    /// The job has succeeded.
    Completed,
    /// The job was cancelled.
    Cancelled,
    /// The job has failed for good.
    Failed,
}

impl JobState {
    const ALL: [Self; 6] = [
        Self::Created,
        Self::Retry,
        Self::Active,
        Self::Completed,
        Self::Cancelled,
        Self::Failed,
    ];

    /// The name of the state, as it is stored.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Retry => "retry",
            Self::Active => "active",
            Self::Completed => "completed",
            Self::Cancelled => "cancelled",
            Self::Failed => "failed",
        }
    }
}

impl fmt::Display for JobState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for JobState {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let named = Self::ALL.into_iter().find(|state| state.as_str() == text);
        named.ok_or_else(|| {
            let message = format!("a job is in the state {text:?}, which is not known");
            Error::new(ErrorKind::Incompatible, message)
        })
    }
}
