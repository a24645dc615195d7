//! When a cron expression fires in a zone.
//!
//! An instant is an occurrence if and only if the wall clock there and then matches. So a time that the clock skips in
//! spring never fires, and one that it shows twice in autumn fires twice. pg-boss judges the same way. croner has other
//! rules for both, so it only ever sees wall-clock times without a zone, and the changes of the offset are found here.

use chrono::{DateTime, FixedOffset, NaiveDateTime, TimeDelta, Timelike, Utc};

use super::Cron;
use crate::Zone;

const SECOND: TimeDelta = TimeDelta::seconds(1);

/// No zone changes its offset and changes it back within so short a time.
const PROBE: TimeDelta = TimeDelta::days(1);

impl Cron {
    /// Returns the first occurrence after an instant.
    #[must_use]
    pub fn next_after(&self, after: DateTime<Utc>, zone: &Zone) -> Option<DateTime<Utc>> {
        let mut from = after.with_nanosecond(0)?.checked_add_signed(SECOND)?;
        loop {
            let offset = zone.offset_at(from);
            let found = self
                .pattern
                .find_next_occurrence(&wall_clock(from, offset)?, true)
                .ok()?;
            let found = instant(found, offset)?;
            match first_change(from, found, zone) {
                Some(change) => from = change,
                None => return Some(found),
            }
        }
    }

    /// Returns the last occurrence at or before an instant.
    #[must_use]
    pub fn latest_at(&self, at: DateTime<Utc>, zone: &Zone) -> Option<DateTime<Utc>> {
        let mut to = at.with_nanosecond(0)?;
        loop {
            let offset = zone.offset_at(to);
            let found = self
                .pattern
                .find_previous_occurrence(&wall_clock(to, offset)?, true)
                .ok()?;
            let found = instant(found, offset)?;
            match last_change(found, to, zone) {
                Some(change) => to = change - SECOND,
                None => return Some(found),
            }
        }
    }
}

fn wall_clock(at: DateTime<Utc>, offset: FixedOffset) -> Option<NaiveDateTime> {
    at.naive_utc().checked_add_offset(offset)
}

fn instant(wall_clock: NaiveDateTime, offset: FixedOffset) -> Option<DateTime<Utc>> {
    Some(wall_clock.checked_sub_offset(offset)?.and_utc())
}

/// Returns the first instant in (from, to] with another offset than `from`.
fn first_change(from: DateTime<Utc>, to: DateTime<Utc>, zone: &Zone) -> Option<DateTime<Utc>> {
    let offset = zone.offset_at(from);
    let mut same = from;
    while same < to {
        let probe = to.min(same + PROBE);
        if zone.offset_at(probe) != offset {
            return Some(boundary(same, probe, |at| zone.offset_at(at) == offset));
        }
        same = probe;
    }
    None
}

/// Returns the first instant of the offset in force at `to`, if it lies in (from, to].
fn last_change(from: DateTime<Utc>, to: DateTime<Utc>, zone: &Zone) -> Option<DateTime<Utc>> {
    let offset = zone.offset_at(to);
    let mut same = to;
    while same > from {
        let probe = from.max(same - PROBE);
        if zone.offset_at(probe) != offset {
            return Some(boundary(probe, same, |at| zone.offset_at(at) != offset));
        }
        same = probe;
    }
    None
}

/// Returns the first second in (low, high] that is no longer `before`, by halving.
fn boundary(
    low: DateTime<Utc>,
    high: DateTime<Utc>,
    before: impl Fn(DateTime<Utc>) -> bool,
) -> DateTime<Utc> {
    let (mut low, mut high) = (low, high);
    while high - low > SECOND {
        let middle = low + TimeDelta::seconds((high - low).num_seconds() / 2);
        if before(middle) {
            low = middle;
        } else {
            high = middle;
        }
    }
    high
}
