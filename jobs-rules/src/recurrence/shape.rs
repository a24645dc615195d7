//! What a rule asks for, apart from where it begins and ends.

use std::cell::Cell;

use chrono::{NaiveDateTime, Timelike, Weekday};

use super::days::Days;
use super::parts::{Frequency, Parts};
use super::times::{Set, only, or, set};

/// The days and times of a rule.
#[derive(Debug, Clone)]
pub(super) struct Shape {
    pub(super) frequency: Frequency,
    pub(super) interval: i64,
    pub(super) week_start: Weekday,
    pub(super) days: Days,
    /// Empty sets leave the time of a step as it is.
    pub(super) hours: Set,
    pub(super) minutes: Set,
    pub(super) seconds: Set,
    pub(super) positions: Vec<i32>,
}

impl Shape {
    /// Takes the parts of a rule that begins at `start`. A rule of days or longer takes from there what it does not name.
    pub(super) fn new(parts: &Parts, start: NaiveDateTime) -> Self {
        let own = |number: u32| match parts.frequency >= Frequency::Daily {
            true => only(number),
            false => 0,
        };
        Self {
            frequency: parts.frequency,
            interval: parts.interval,
            week_start: parts.week_start,
            days: Days::new(parts, start.date()),
            hours: or(set(&parts.hours), own(start.hour())),
            minutes: or(set(&parts.minutes), own(start.minute())),
            seconds: or(set(&parts.seconds), own(start.second())),
            positions: parts.positions.clone(),
        }
    }
}

/// How many days and steps a search may still examine.
pub(super) struct Budget(Cell<u32>);

impl Budget {
    pub(super) const fn new(days_and_steps: u32) -> Self {
        Self(Cell::new(days_and_steps))
    }

    /// Takes steps off those that are left; `None` if there are fewer, which ends the search.
    pub(super) fn spend(&self, days_and_steps: u32) -> Option<()> {
        let left = self.0.get().checked_sub(days_and_steps);
        self.0.set(left.unwrap_or(0));
        left.map(|_| ())
    }

    pub(super) fn is_spent(&self) -> bool {
        self.0.get() == 0
    }
}
