//! When a recurrence rule happens.
//!
//! Days and longer are counted on the wall clock, at the first of two showings of a time and not at all if the clock skips
//! it. Hours and shorter are counted in real time, each stretch of one offset by itself. Nothing between the beginning of
//! a rule and the time that is asked for is enumerated, except once to count to a COUNT.

use std::collections::BTreeSet;
use std::iter;

use chrono::{DateTime, NaiveDate, NaiveDateTime, TimeDelta, Timelike, Utc};

use super::calendar::{Calendar, first_instant};
use super::error::RuleError;
use super::parts::Frequency;
use super::periods::{LAST_YEAR, Periods};
use super::shape::{Budget, Shape};
use super::steps::{Steps, unit};
use crate::Zone;

const SECOND: TimeDelta = TimeDelta::seconds(1);

/// How many days and steps one search examines. The calendar repeats after 146,097 days, so a rule of days or longer that
/// names none of them never happens.
const MAX_EXAMINED: u32 = 200_000;

/// The same to count to a COUNT, which is done once.
const MAX_COUNTED: u32 = 1_000_000;

/// How long a stretch of one offset is taken to be at most: looking for its end takes a probe a day.
const MAX_STRETCH: TimeDelta = TimeDelta::days(8);

/// The cost of finding the end of a stretch, in days and steps.
const STRETCH_COST: u32 = 16;

/// A recurrence rule, ready to be evaluated.
#[derive(Debug)]
pub(super) struct Rule {
    zone: Zone,
    /// The wall clock where it begins, and the instant.
    start: NaiveDateTime,
    beginning: DateTime<Utc>,
    shape: Shape,
    until: Option<DateTime<Utc>>,
    added: BTreeSet<DateTime<Utc>>,
    left_out: BTreeSet<DateTime<Utc>>,
}

impl Rule {
    pub(super) fn read(text: &str, zone: &Zone) -> Result<Self, RuleError> {
        let calendar = Calendar::read(text, zone)?;
        let mut rule = Self {
            beginning: first_instant(calendar.start, &calendar.zone),
            shape: Shape::new(&calendar.parts, calendar.start),
            zone: calendar.zone,
            start: calendar.start,
            until: calendar.until,
            added: calendar.added.into_iter().collect(),
            left_out: calendar.left_out.into_iter().collect(),
        };
        if rule.until.is_some() {
            return Ok(rule);
        }
        let happens = rule.recurs_ever();
        match calendar.parts.count {
            _ if !happens && rule.added.is_empty() => {
                return Err(RuleError::Never {
                    rule: calendar.rule,
                });
            }
            Some(count) if happens => rule.until = rule.time_of(count)?,
            _ => {}
        }
        Ok(rule)
    }

    /// Returns all occurrences in (after, until].
    pub(super) fn occurrences(
        &self,
        after: DateTime<Utc>,
        until: DateTime<Utc>,
    ) -> impl Iterator<Item = DateTime<Utc>> {
        iter::successors(self.first(after, until), move |at| self.first(*at, until))
    }

    /// Returns the first occurrence in (after, until].
    pub(super) fn first(
        &self,
        after: DateTime<Utc>,
        until: DateTime<Utc>,
    ) -> Option<DateTime<Utc>> {
        let is_kept = |at: &DateTime<Utc>| !self.left_out.contains(at);
        let budget = Budget::new(MAX_EXAMINED);
        let recurring = self.recurring(after, until, &budget).find(is_kept);
        let added = self.added.iter().copied();
        let added = added
            .skip_while(|at| *at <= after)
            .take_while(|at| *at <= until)
            .find(is_kept);
        recurring.into_iter().chain(added).min()
    }

    /// Returns the last occurrence in (after, until]. It looks back in windows that grow, then halves the one that has it: a
    /// rule may recur every second for months before `until`, or not at all.
    pub(super) fn latest(
        &self,
        after: DateTime<Utc>,
        until: DateTime<Utc>,
    ) -> Option<DateTime<Utc>> {
        let (mut upper, mut width) = (until.min(last_instant()), TimeDelta::minutes(1));
        while after < upper {
            let lower = upper
                .checked_sub_signed(width)
                .map_or(after, |lower| lower.max(after));
            if let Some(found) = self.first(lower, upper) {
                return Some(self.last_from(found, upper));
            }
            (upper, width) = (lower, width * 8);
        }
        None
    }

    /// Returns the last occurrence up to `until`, of which `found` is one.
    fn last_from(&self, mut found: DateTime<Utc>, mut until: DateTime<Utc>) -> DateTime<Utc> {
        while until - found >= SECOND {
            let middle = found + TimeDelta::seconds((until - found).num_seconds() / 2);
            match self.first(middle, until) {
                Some(later) => found = later,
                None => until = middle,
            }
        }
        found
    }

    fn recurs_ever(&self) -> bool {
        let budget = Budget::new(MAX_EXAMINED);
        let (before, end) = (self.beginning - SECOND, last_instant());
        self.recurring(before, end, &budget).next().is_some()
    }

    /// Returns when a rule that happens `count` times happens last: then it ends. None if that is after the last year.
    fn time_of(&self, count: usize) -> Result<Option<DateTime<Utc>>, RuleError> {
        let budget = Budget::new(MAX_COUNTED);
        let (before, end) = (self.beginning - SECOND, last_instant());
        let last = self.recurring(before, end, &budget).nth(count - 1);
        match last {
            None if budget.is_spent() => Err(RuleError::CountTooFar { count }),
            last => Ok(last),
        }
    }

    /// Returns what the rule itself gives in (after, until], in order, as far as the budget goes.
    fn recurring<'a>(
        &'a self,
        after: DateTime<Utc>,
        until: DateTime<Utc>,
        budget: &'a Budget,
    ) -> Box<dyn Iterator<Item = DateTime<Utc>> + 'a> {
        let after = whole_second(after).max(self.beginning - SECOND);
        let until = self
            .until
            .map_or(until, |end| end.min(until))
            .min(last_instant());
        if after >= until {
            return Box::new(iter::empty());
        }
        match unit(self.shape.frequency) {
            Some(unit) => Box::new(self.real_times(after, until, unit, budget)),
            None => Box::new(self.wall_clock_times(after, until, budget)),
        }
    }

    fn wall_clock_times<'a>(
        &'a self,
        after: DateTime<Utc>,
        until: DateTime<Utc>,
        budget: &'a Budget,
    ) -> impl Iterator<Item = DateTime<Utc>> + 'a {
        let from = self.zone.local_at(after);
        // A clock that is set back may show the end of the day before.
        let last_day = self.zone.local_at(until).date() + TimeDelta::days(1);
        let shown = Periods::new(&self.shape, budget, self.start, from, last_day);
        shown
            .into_iter()
            .flatten()
            .filter_map(|local| self.zone.first_showing(local))
            .skip_while(move |at| *at <= after)
            .take_while(move |at| *at <= until)
    }

    fn real_times<'a>(
        &'a self,
        after: DateTime<Utc>,
        until: DateTime<Utc>,
        unit: i64,
        budget: &'a Budget,
    ) -> impl Iterator<Item = DateTime<Utc>> + 'a {
        let until = whole_second(until);
        let mut after = after;
        let stretches = iter::from_fn(move || {
            let from = self.near_step(after + SECOND, unit);
            if from > until {
                return None;
            }
            budget.spend(STRETCH_COST)?;
            let end = until.min(from + MAX_STRETCH);
            let end = self
                .zone
                .first_change(from, end)
                .map_or(end, |at| at - SECOND);
            after = end;
            Some((from, end))
        });
        let within = move |(from, to)| self.steps_within(from, to, unit, budget);
        stretches
            .flat_map(within)
            .filter(|at| !self.is_hour_again(*at))
    }

    /// Returns an instant, or a later one if no step has times before that.
    fn near_step(&self, at: DateTime<Utc>, unit: i64) -> DateTime<Utc> {
        let length = unit * self.shape.interval;
        let into_step = (at - self.beginning).num_seconds().rem_euclid(length);
        let next_step = at.checked_add_signed(TimeDelta::seconds(length - into_step - unit));
        match into_step < unit {
            true => at,
            false => next_step.unwrap_or(DateTime::<Utc>::MAX_UTC).max(at),
        }
    }

    /// Returns what a rule of hours or less gives within one stretch of a single offset, its ends included.
    fn steps_within<'a>(
        &'a self,
        from: DateTime<Utc>,
        to: DateTime<Utc>,
        unit: i64,
        budget: &'a Budget,
    ) -> impl Iterator<Item = DateTime<Utc>> + 'a {
        let offset = self.zone.offset_at(from);
        let local = |at: DateTime<Utc>| at.naive_utc() + offset;
        let steps = Steps {
            shape: &self.shape,
            budget,
            unit,
            start: local(self.beginning),
            from: local(from),
            to: local(to),
        };
        steps.times().map(move |local| (local - offset).and_utc())
    }

    /// Returns whether it is in an hour that the clock shows for the second time. A rule of every hour has it once, as pg-boss
    /// reads it; one of every other hour or of minutes counts on.
    fn is_hour_again(&self, at: DateTime<Utc>) -> bool {
        let is_every_hour = self.shape.frequency == Frequency::Hourly && self.shape.interval == 1;
        let shown = |at| self.zone.local_at(at).hour();
        is_every_hour && shown(at) == shown(at - TimeDelta::hours(1))
    }
}

/// Returns the last instant at which an occurrence is looked for.
pub(super) fn last_instant() -> DateTime<Utc> {
    let last_day = NaiveDate::from_ymd_opt(LAST_YEAR, 12, 31);
    let end = last_day.and_then(|day| day.and_hms_opt(23, 59, 59));
    end.map_or(DateTime::<Utc>::MAX_UTC, |end| end.and_utc())
}

fn whole_second(at: DateTime<Utc>) -> DateTime<Utc> {
    at.with_nanosecond(0).unwrap_or(at)
}
