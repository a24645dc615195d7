//! The rules of jobs that need nothing but their arguments: names, options, durations, zones, cron, recurrence rules, retries,
//! throttle slots.
//!
//! The attribute macro applies them while compiling and the library applies them while running, so each rule and
//! each message is written once. Nothing here reads a clock, a file or a database.

#![cfg_attr(test, allow(clippy::unwrap_used, reason = "a test fails by panicking"))]

mod cron;
mod delay;
mod duration;
mod error;
mod instant;
mod interval;
mod job_ref;
mod name;
mod option;
mod options;
mod output;
mod policy;
mod recurrence;
mod retry;
mod sealed;
mod slot;
mod start_after;
mod state;
mod stored;
mod suggest;
mod text;
mod unit;
mod zone;

pub use cron::{Cron, CronError, FieldError, FieldProblem};
pub use delay::{Delay, DelayError, LONGEST_DELAY, check_delay, parse_delay};
pub use duration::{DurationError, parse_duration};
pub use error::{Error, ErrorKind, chain};
pub use instant::{InstantError, YEARS, check_instant, parse_instant};
pub use interval::{IntervalError, parse_interval};
pub use job_ref::{IntoJobRefs, JobRef};
pub use name::{
    MAX_KEY, MAX_NAME, NameError, RESERVED_PREFIX, check_name, check_own_name, check_text,
};
pub use option::{
    JobOption, OptionError, OptionKind, OptionValues, check_integer, check_retry_delay_max,
    check_seconds,
};
pub use options::{Group, IntoJobOptions, IntoSeconds, JobOptions};
pub use output::store_output;
pub use policy::{QueuePolicy, UnknownPolicy};
pub use recurrence::{Recurrence, RecurrenceError, RuleError};
pub use retry::RetryRule;
pub use slot::Slot;
pub use start_after::{IntoInstant, IntoStartAfter, IntoUnit, StartAfter, in_units};
pub use state::JobState;
pub use stored::{Enqueued, JobKey};
pub use suggest::{near, nearest, unknown};
pub use text::{shorten, shorten_to};
pub use unit::{Step, StepError, Unit, UnknownUnit, add_months};
pub use zone::{Zone, ZoneError};
