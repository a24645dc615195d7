//! The table of the options: everything that is known about one is written in its row, and nowhere else.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::OptionKind;
use super::OptionKind::{Flag, Integer, Name, Seconds, Text, Time};
use crate::{Group, StartAfter};

/// What is known about one option.
pub(super) struct Facts {
    pub(super) rust: &'static str,
    pub(super) json: &'static str,
    pub(super) kind: OptionKind,
    pub(super) is_declarable: bool,
}

/// A job may declare a default for the option.
const DECLARED: bool = true;
/// The option belongs to one submission.
const SUBMITTED: bool = false;

/// Makes [`JobOption`], whose variants name the options, and [`OptionValues`], which has a field for each.
macro_rules! options {
    ($(
        $(#[doc = $doc:literal])+
        $option:ident, $field:ident: $type:ty, $json:literal, $kind:expr, $is_declarable:expr;
    )+) => {
        /// An option of a job.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum JobOption {
            $($(#[doc = $doc])+ $option,)+
        }

        /// The values of the options that are set, for an executor. Times are whole seconds.
        #[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
        #[non_exhaustive]
        pub struct OptionValues {
            $(
                $(#[doc = $doc])+
                #[serde(rename = $json, default, skip_serializing_if = "Option::is_none")]
                pub $field: Option<$type>,
            )+
        }

        impl JobOption {
            /// All options; those that a job may declare come first.
            pub const ALL: [Self; [$($json),+].len()] = [$(Self::$option),+];

            pub(super) const fn facts(self) -> Facts {
                match self {
                    $(Self::$option => Facts {
                        rust: stringify!($field),
                        json: $json,
                        kind: $kind,
                        is_declarable: $is_declarable,
                    },)+
                }
            }
        }

        impl OptionValues {
            /// Takes each value that is not set here from `base`.
            fn or(self, base: &Self) -> Self {
                Self { $($field: self.$field.or_else(|| base.$field.clone()),)+ }
            }
        }
    };
}

const fn seconds_from(min: i32) -> OptionKind {
    Seconds { min, max: i32::MAX }
}

const fn integer_from(min: i32) -> OptionKind {
    Integer { min, max: i32::MAX }
}

const A_DAY: OptionKind = Seconds {
    min: 1,
    max: 86_400,
};

options! {
    /// How many more attempts may follow the first.
    RetryLimit, retry_limit: i32, "retryLimit", integer_from(0), DECLARED;
    /// How long a failed attempt waits for the next.
    RetryDelay, retry_delay: i32, "retryDelay", seconds_from(0), DECLARED;
    /// Whether that delay grows.
    RetryBackoff, retry_backoff: bool, "retryBackoff", Flag, DECLARED;
    /// The maximum of a growing delay.
    RetryDelayMax, retry_delay_max: i32, "retryDelayMax", seconds_from(0), DECLARED;
    /// How long one attempt may take.
    ExpireIn, expire_in: i32, "expireInSeconds", A_DAY, DECLARED;
    /// How long a waiting job is kept after it was due.
    Retention, retention: i32, "retentionSeconds", seconds_from(1), DECLARED;
    /// How long an ended job is kept; 0 keeps it for ever.
    DeleteAfter, delete_after: i32, "deleteAfterSeconds", seconds_from(0), DECLARED;
    /// After how long without a heartbeat the worker counts as dead.
    Heartbeat, heartbeat: i32, "heartbeatSeconds", seconds_from(10), DECLARED;
    /// Jobs with a higher priority run first.
    Priority, priority: i32, "priority", integer_from(i32::MIN), DECLARED;
    /// The queue that gets a copy if the job fails for good.
    DeadLetter, dead_letter: String, "deadLetter", Name, DECLARED;
    /// The job's id; a random one if it is not set.
    Id, id: Uuid, "id", OptionKind::Uuid, SUBMITTED;
    /// When it is due, if the submission does not say.
    StartAfter, start_after: StartAfter, "startAfter", Time, SUBMITTED;
    /// The deduplication key.
    SingletonKey, singleton_key: String, "singletonKey", Text, SUBMITTED;
    /// The length of a throttle slot. One of no length would divide by zero in the database.
    SingletonSeconds, singleton_seconds: i32, "singletonSeconds", seconds_from(1), SUBMITTED;
    /// Whether a job whose throttle slot is taken goes into the next slot.
    SingletonNextSlot, singleton_next_slot: bool, "singletonNextSlot", Flag, SUBMITTED;
    /// The group whose active jobs a worker may limit.
    Group, group: Group, "group", OptionKind::Group, SUBMITTED;
}

impl OptionValues {
    pub(crate) fn over(self, base: &Self) -> Self {
        let (backoff, delay_max) = (self.retry_backoff, self.retry_delay_max);
        let mut merged = self.or(base);
        if backoff == Some(false) {
            // A bound for delays that no longer grow would only be refused.
            merged.retry_delay_max = delay_max;
        }
        merged
    }
}
