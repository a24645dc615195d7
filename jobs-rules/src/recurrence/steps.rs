//! Rules that step by hours, minutes or seconds, within a stretch of time that has one offset.
//!
//! Steps have one length and are counted from the beginning of the rule; days, hours and minutes that the rule does not
//! name are passed over at once.

use std::iter;

use chrono::{DateTime, NaiveDateTime, NaiveTime, TimeDelta, Timelike};

use super::parts::Frequency;
use super::shape::{Budget, Shape};
use super::times::{Times, allows, at_positions, only, or};

/// Returns the length of a step's unit in seconds; none for rules that step by days or longer.
pub(super) const fn unit(frequency: Frequency) -> Option<i64> {
    match frequency {
        Frequency::Hourly => Some(3_600),
        Frequency::Minutely => Some(60),
        Frequency::Secondly => Some(1),
        _ => None,
    }
}

/// The wall-clock times of a rule within a stretch, in order.
pub(super) struct Steps<'a> {
    pub(super) shape: &'a Shape,
    pub(super) budget: &'a Budget,
    /// The length of the unit in seconds.
    pub(super) unit: i64,
    /// What the stretch's clock would have shown when the rule began.
    pub(super) start: NaiveDateTime,
    pub(super) from: NaiveDateTime,
    pub(super) to: NaiveDateTime,
}

impl<'a> Steps<'a> {
    /// Returns the occurrences from `from` to `to`, both included.
    pub(super) fn times(self) -> impl Iterator<Item = NaiveDateTime> + use<'a> {
        let (from, to) = (self.from, self.to);
        let steps = (seconds(from) - seconds(self.start)).div_euclid(self.length());
        // One before, since an hour's BYMINUTE may be later than the step that falls into the hour.
        let mut at = self.after_steps((steps - 1).max(0));
        let mut ready: Box<dyn Iterator<Item = NaiveDateTime>> = Box::new(iter::empty());
        let all = iter::from_fn(move || {
            loop {
                if let Some(time) = ready.next() {
                    return Some(time);
                }
                let step = DateTime::from_timestamp(at, 0)?.naive_utc();
                if floor(step, self.unit)? > to {
                    return None;
                }
                self.budget.spend(1)?;
                match self.next_named(step) {
                    Some(later) => {
                        let steps = (seconds(later) - seconds(self.start) + self.length() - 1)
                            .div_euclid(self.length());
                        at = self.after_steps(steps);
                    }
                    None => {
                        ready = self.expand(step);
                        at += self.length();
                    }
                }
            }
        });
        all.skip_while(move |at| *at < from)
            .take_while(move |at| *at <= to)
    }

    const fn length(&self) -> i64 {
        self.unit * self.shape.interval
    }

    fn after_steps(&self, steps: i64) -> i64 {
        seconds(self.start) + steps * self.length()
    }

    /// Returns the earliest time worth examining next, if the rule does not name the step.
    fn next_named(&self, step: NaiveDateTime) -> Option<NaiveDateTime> {
        let shape = self.shape;
        if !shape.days.has(step.date()) {
            return Some(step.date().succ_opt()?.and_time(NaiveTime::MIN));
        }
        if !allows(shape.hours, step.hour()) {
            return Some(floor(step, 3_600)? + TimeDelta::hours(1));
        }
        if self.unit < 3_600 && !allows(shape.minutes, step.minute()) {
            return Some(floor(step, 60)? + TimeDelta::minutes(1));
        }
        (self.unit < 60 && !allows(shape.seconds, step.second()))
            .then(|| step + TimeDelta::seconds(1))
    }

    /// Returns the times within a step, in order.
    fn expand(&self, step: NaiveDateTime) -> Box<dyn Iterator<Item = NaiveDateTime>> {
        let own = |set, expands: bool, own: u32| match expands {
            true => or(set, only(own)),
            false => only(own),
        };
        let times = Times {
            hours: only(step.hour()),
            minutes: own(self.shape.minutes, self.unit == 3_600, step.minute()),
            seconds: own(self.shape.seconds, self.unit >= 60, step.second()),
        };
        let day = step.date();
        if !self.shape.positions.is_empty() {
            return Box::new(at_positions(&self.shape.positions, &[day], times).into_iter());
        }
        let numbers = times.first_from(day, self.from)..times.count();
        Box::new(numbers.filter_map(move |number| times.at(day, number)))
    }
}

fn seconds(at: NaiveDateTime) -> i64 {
    at.and_utc().timestamp()
}

fn floor(at: NaiveDateTime, unit: i64) -> Option<NaiveDateTime> {
    let past = i64::from(at.num_seconds_from_midnight()) % unit;
    at.checked_sub_signed(TimeDelta::seconds(past))
}
