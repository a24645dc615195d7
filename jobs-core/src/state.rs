//! The states of a job.

use std::fmt;

use serde::{Deserialize, Serialize};

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

impl fmt::Display for JobState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Created => "created",
            Self::Retry => "retry",
            Self::Active => "active",
            Self::Completed => "completed",
            Self::Cancelled => "cancelled",
            Self::Failed => "failed",
        })
    }
}
