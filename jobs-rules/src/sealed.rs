//! The traits that say which types an argument may have are for this crate alone to implement, so that they can get methods.

use std::time::{Duration, SystemTime};

use chrono::{DateTime, TimeDelta, TimeZone};
use serde_json::Value;

use crate::{JobOptions, StartAfter, Unit};

/// Implemented for every type that is an argument of a kind.
#[expect(unnameable_types, reason = "this is what seals the others")]
pub trait Sealed {}

impl<Tz: TimeZone> Sealed for DateTime<Tz> {}

macro_rules! sealed {
    ($($argument:ty),* $(,)?) => {
        $(impl Sealed for $argument {})*
    };
}

sealed!(
    (),
    &str,
    String,
    i32,
    i64,
    u8,
    u16,
    u32,
    u64,
    usize,
    Duration,
    JobOptions,
    StartAfter,
    SystemTime,
    TimeDelta,
    Unit,
    Value,
);
