//! What the maintenance writes down beside the jobs.

use std::time::Duration;

/// What is kept of how the queues do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Records {
    /// Whether each count of a queue is kept, and how much passes through is counted.
    pub(crate) queue_stats: bool,
    /// How many days those are kept.
    pub(crate) queue_stat_days: u32,
    /// Whether warnings are kept, beside being logged.
    pub(crate) warnings: bool,
    /// How many days those are kept.
    pub(crate) warning_days: u32,
    /// How many waiting jobs are too many, where the queue does not say.
    pub(crate) warning_queue_size: u32,
    /// Whether counting pauses after counts that took so long that they could hold up autovacuum.
    pub(crate) monitor_vacuum: bool,
}

/// How this process enters itself into the table of instances.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Registration {
    /// Whether it does.
    pub(crate) enter: bool,
    /// As what; nothing: as its application.
    pub(crate) name: Option<String>,
    /// How often it tells that it lives.
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
