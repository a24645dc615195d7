//! The states of a job.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::{Error, ErrorKind};

/// The six states of a job. The order is pg-boss's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum JobState {
    /// It waits for its first attempt.
    Created,
    /// It failed, and waits for another attempt.
    Retry,
    /// It runs.
    Active,
    /// It has ended well.
    Completed,
    /// It was cancelled.
    Cancelled,
    /// It failed for good.
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

    /// Its name, as it is stored.
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
