//! When a cron expression fires in a zone.
//!
//! An instant is an occurrence if and only if the wall clock there and then matches. So a time that the clock skips in
//! spring never fires, and one that it shows twice in autumn fires twice. pg-boss judges the same way. `search` only ever
//! sees wall-clock times without a zone; the changes of the offset are found here.

use chrono::{DateTime, FixedOffset, NaiveDateTime, TimeDelta, Timelike, Utc};

use super::Cron;
use super::search::Towards;
use crate::Zone;

const SECOND: TimeDelta = TimeDelta::seconds(1);

impl Cron {
    /// Returns the first occurrence after an instant.
    #[must_use]
    pub fn next_after(&self, after: DateTime<Utc>, zone: &Zone) -> Option<DateTime<Utc>> {
        let mut from = after.with_nanosecond(0)?.checked_add_signed(SECOND)?;
        loop {
            let offset = zone.offset_at(from);
            let wall_clock = wall_clock(from, offset)?;
            let found = self.fields.nearest(wall_clock, Towards::Future)?;
            let found = instant(found, offset)?;
            match zone.first_change(from, found) {
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
            let wall_clock = wall_clock(to, offset)?;
            let found = self.fields.nearest(wall_clock, Towards::Past)?;
            let found = instant(found, offset)?;
            match zone.last_change(found, to) {
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
