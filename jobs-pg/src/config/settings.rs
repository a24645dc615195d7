//! What the maintenance writes down beside the jobs.

use std::time::Duration;

use serde::de::Error;
use serde::{Deserialize, Deserializer};

/// What is kept of how the queues do.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub(crate) struct Records {
    /// Whether each count of a queue is kept, and how much passes through is counted.
    #[serde(rename = "persistQueueStats")]
    pub(crate) queue_stats: bool,
    /// How many days those are kept.
    #[serde(rename = "queueStatRetentionDays")]
    pub(crate) queue_stat_days: u32,
    /// Whether warnings are kept, beside being logged.
    #[serde(rename = "persistWarnings")]
    pub(crate) warnings: bool,
    /// How many days those are kept.
    #[serde(rename = "warningRetentionDays")]
    pub(crate) warning_days: u32,
    /// How many waiting jobs are too many, where the queue does not say.
    #[serde(rename = "warningQueueSize", deserialize_with = "whole_part")]
    pub(crate) warning_queue_size: u32,
    /// Whether counting pauses after counts that took so long that they could hold up autovacuum.
    #[serde(rename = "monitorVacuum")]
    pub(crate) monitor_vacuum: bool,
}

/// How this process enters itself into the table of instances.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub(crate) struct Registration {
    /// Whether it does.
    #[serde(rename = "registerInstance")]
    pub(crate) enter: bool,
    /// As what; nothing: as its application.
    #[serde(rename = "instanceName")]
    pub(crate) name: Option<String>,
    /// How often it tells that it lives.
    #[serde(rename = "instanceHeartbeatSeconds", deserialize_with = "seconds")]
    pub(crate) heartbeat: Duration,
}

impl Registration {
    /// Whether the name can be stored.
    pub(super) fn is_sound(&self) -> bool {
        let name = self.name.as_deref().unwrap_or("-");
        !name.is_empty() && !name.contains('\0')
    }
}

impl Default for Records {
    fn default() -> Self {
        Self {
            queue_stats: false,
            queue_stat_days: 7,
            warnings: false,
            warning_days: 365,
            warning_queue_size: 10_000,
            monitor_vacuum: true,
        }
    }
}

impl Default for Registration {
    fn default() -> Self {
        Self {
            enter: true,
            name: None,
            heartbeat: Duration::from_secs(30),
        }
    }
}

/// A length of time from its seconds, which need not be whole.
pub(super) fn seconds<'de, D: Deserializer<'de>>(json: D) -> Result<Duration, D::Error> {
    let seconds = f64::deserialize(json)?;
    Duration::try_from_secs_f64(seconds).map_err(Error::custom)
}

/// The whole number of jobs, cut off where it is too great for its kind.
fn whole_part<'de, D: Deserializer<'de>>(json: D) -> Result<u32, D::Error> {
    f64::deserialize(json).map(|number| number as u32)
}
