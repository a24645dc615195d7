//! The options of a job: their names here and in pg-boss, and the bounds of their values.

mod bounds;

use std::fmt;

pub use bounds::{OptionError, check_integer, check_retry_delay_max, check_seconds};

use crate::suggest::unknown;

/// An option of a job.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum JobOption {
    /// How many more attempts may follow the first.
    RetryLimit,
    /// The wait before another attempt.
    RetryDelay,
    /// Whether that wait grows with each attempt.
    RetryBackoff,
    /// What it grows to at most.
    RetryDelayMax,
    /// How long one attempt may run.
    ExpireIn,
    /// How long the job is kept while it waits.
    Retention,
    /// How long it is kept once it has ended.
    DeleteAfter,
    /// How long a worker may send no heartbeat.
    Heartbeat,
    /// Higher goes first.
    Priority,
    /// The queue for jobs that failed for good.
    DeadLetter,
    /// The job's id.
    Id,
    /// When the job becomes due.
    StartAfter,
    /// The unique key.
    SingletonKey,
    /// The length of a throttle slot.
    SingletonSeconds,
    /// Whether a throttled job takes the next slot.
    SingletonNextSlot,
    /// The group whose jobs share a limit.
    Group,
}

/// What kind of value an option takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum OptionKind {
    /// A whole number within these bounds, both included.
    Integer {
        /// The least.
        min: i32,
        /// The most.
        max: i32,
    },
    /// A length of time in whole seconds within these bounds, both included.
    Seconds {
        /// The least.
        min: i32,
        /// The most.
        max: i32,
    },
    /// True or false.
    Flag,
    /// The name of a queue.
    Name,
    /// Any text.
    Text,
    /// A point in time or a delay.
    Time,
    /// A UUID.
    Uuid,
    /// A group: an id and, if wanted, a tier.
    Group,
}

/// What is known about one option.
struct Facts {
    rust: &'static str,
    json: &'static str,
    kind: OptionKind,
    declarable: bool,
}

const fn declared(rust: &'static str, json: &'static str, kind: OptionKind) -> Facts {
    Facts {
        rust,
        json,
        kind,
        declarable: true,
    }
}

const fn submitted(rust: &'static str, json: &'static str, kind: OptionKind) -> Facts {
    Facts {
        rust,
        json,
        kind,
        declarable: false,
    }
}

const fn seconds_from(min: i32) -> OptionKind {
    OptionKind::Seconds { min, max: i32::MAX }
}

impl JobOption {
    /// All options; those that a job may declare come first.
    pub const ALL: [Self; 16] = [
        Self::RetryLimit,
        Self::RetryDelay,
        Self::RetryBackoff,
        Self::RetryDelayMax,
        Self::ExpireIn,
        Self::Retention,
        Self::DeleteAfter,
        Self::Heartbeat,
        Self::Priority,
        Self::DeadLetter,
        Self::Id,
        Self::StartAfter,
        Self::SingletonKey,
        Self::SingletonSeconds,
        Self::SingletonNextSlot,
        Self::Group,
    ];

    /// The table: everything known about an option is written here and nowhere else.
    const fn facts(self) -> Facts {
        use OptionKind::{Flag, Group, Integer, Name, Seconds, Text, Time, Uuid};
        match self {
            Self::RetryLimit => declared(
                "retry_limit",
                "retryLimit",
                Integer {
                    min: 0,
                    max: i32::MAX,
                },
            ),
            Self::RetryDelay => declared("retry_delay", "retryDelay", seconds_from(0)),
            Self::RetryBackoff => declared("retry_backoff", "retryBackoff", Flag),
            Self::RetryDelayMax => declared("retry_delay_max", "retryDelayMax", seconds_from(0)),
            Self::ExpireIn => declared(
                "expire_in",
                "expireInSeconds",
                Seconds {
                    min: 1,
                    max: 86_400,
                },
            ),
            Self::Retention => declared("retention", "retentionSeconds", seconds_from(1)),
            Self::DeleteAfter => declared("delete_after", "deleteAfterSeconds", seconds_from(0)),
            Self::Heartbeat => declared("heartbeat", "heartbeatSeconds", seconds_from(10)),
            Self::Priority => declared(
                "priority",
                "priority",
                Integer {
                    min: i32::MIN,
                    max: i32::MAX,
                },
            ),
            Self::DeadLetter => declared("dead_letter", "deadLetter", Name),
            Self::Id => submitted("id", "id", Uuid),
            Self::StartAfter => submitted("start_after", "startAfter", Time),
            Self::SingletonKey => submitted("singleton_key", "singletonKey", Text),
            // A slot of no length would divide by zero in the database.
            Self::SingletonSeconds => {
                submitted("singleton_seconds", "singletonSeconds", seconds_from(1))
            }
            Self::SingletonNextSlot => submitted("singleton_next_slot", "singletonNextSlot", Flag),
            Self::Group => submitted("group", "group", Group),
        }
    }

    /// Returns the name in Rust, such as `expire_in`.
    #[must_use]
    pub const fn rust_name(self) -> &'static str {
        self.facts().rust
    }

    /// Returns pg-boss's name, such as `expireInSeconds`.
    #[must_use]
    pub const fn json_name(self) -> &'static str {
        self.facts().json
    }

    /// Returns what kind of value it takes.
    #[must_use]
    pub const fn kind(self) -> OptionKind {
        self.facts().kind
    }

    /// Tells whether a job may declare a default for it; the others belong to one submission.
    #[must_use]
    pub const fn is_declarable(self) -> bool {
        self.facts().declarable
    }

    /// Finds the option that a job may declare under this Rust name.
    ///
    /// # Errors
    /// Names the nearest option and lists all that may be declared.
    pub fn declarable(name: &str) -> Result<Self, OptionError> {
        let known = Self::ALL
            .into_iter()
            .filter(|option| option.is_declarable());
        Self::find(known, name, Self::rust_name)
    }

    /// Finds the option that pg-boss calls so.
    ///
    /// # Errors
    /// Names the nearest option and lists all.
    pub fn from_json_name(name: &str) -> Result<Self, OptionError> {
        Self::find(Self::ALL.into_iter(), name, Self::json_name)
    }

    fn find(
        mut among: impl Iterator<Item = Self> + Clone,
        name: &str,
        spelling: fn(Self) -> &'static str,
    ) -> Result<Self, OptionError> {
        let known: Vec<_> = among.clone().map(spelling).collect();
        let found = among.find(|option| spelling(*option) == name);
        found.ok_or_else(|| OptionError::Unknown {
            message: unknown("option", name, &known),
        })
    }
}

impl fmt::Display for JobOption {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.rust_name())
    }
}

#[cfg(test)]
mod tests;
