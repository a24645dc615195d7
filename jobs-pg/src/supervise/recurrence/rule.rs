//! When a recurrence rule happens.
//!
//! The rrule crate counts by the calendar, and only ever in UTC, which here stands for the wall clock: zones are added
//! by us. Days and longer are counted on the wall clock, at the first of two showings of a time and not at all if the
//! clock skips it. Hours and shorter are counted in real time by `steps`, each stretch of one offset by itself.

use std::collections::BTreeSet;

use chrono::{DateTime, NaiveDateTime, TimeDelta, Timelike, Utc};
use jobs_rules::Zone;
use rrule::{Frequency, RRule, RRuleSet, Tz, Unvalidated};

use super::calendar::{Calendar, RuleError, first_instant};
use super::steps::Steps;

const SECOND: TimeDelta = TimeDelta::seconds(1);

/// How far ahead an occurrence is looked for: further than any leap day that is a certain week day.
const HORIZON: TimeDelta = TimeDelta::days(50 * 366);

/// The same for rules of hours and less, where looking takes longer: further than any leap day.
const NEAR_HORIZON: TimeDelta = TimeDelta::days(9 * 366);

/// A recurrence rule, ready to be evaluated.
#[derive(Debug, Clone)]
pub(crate) struct Rule {
    zone: Zone,
    start: NaiveDateTime,
    shape: RRule<Unvalidated>,
    until: Option<DateTime<Utc>>,
    added: BTreeSet<DateTime<Utc>>,
    left_out: BTreeSet<DateTime<Utc>>,
}

impl Rule {
    pub(super) fn new(calendar: &Calendar) -> Result<Self, RuleError> {
        let unreadable = |source| RuleError::Unreadable {
            rule: calendar.rule.clone(),
            source: Box::new(source),
        };
        let shape: RRule<Unvalidated> = calendar.rule.parse().map_err(unreadable)?;
        shape
            .clone()
            .validate(in_utc(calendar.start))
            .map_err(unreadable)?;
        let mut rule = Self {
            zone: calendar.zone.clone(),
            start: calendar.start,
            shape,
            until: calendar.until,
            added: calendar.added.iter().copied().collect(),
            left_out: calendar.left_out.iter().copied().collect(),
        };
        let before = rule.beginning() - SECOND;
        if calendar.until.is_none()
            && calendar.added.is_empty()
            && rule
                .recurring(before, before + rule.horizon())
                .next()
                .is_none()
        {
            return Err(RuleError::Never {
                rule: calendar.rule.clone(),
            });
        }
        if let Some(count) = calendar.count {
            // A rule that ends with a count ends at the time of the last one counted.
            let last = rule.recurring(before, before + HORIZON).nth(count - 1);
            rule.until = last;
        }
        Ok(rule)
    }

    /// Returns all occurrences in (after, until].
    pub(super) fn occurrences(
        &self,
        after: DateTime<Utc>,
        until: DateTime<Utc>,
    ) -> Vec<DateTime<Utc>> {
        let mut all: BTreeSet<_> = self.recurring(after, until).collect();
        all.extend(self.added.iter().filter(|at| **at > after && **at <= until));
        all.difference(&self.left_out).copied().collect()
    }

    /// Returns so many occurrences after an instant; fewer if there are no more, or none within the horizon.
    pub(super) fn next(&self, after: DateTime<Utc>, count: usize) -> Vec<DateTime<Utc>> {
        let is_kept = |at: &DateTime<Utc>| !self.left_out.contains(at);
        let added = self.added.iter().copied();
        let mut found: BTreeSet<_> = added.filter(|at| *at > after && is_kept(at)).collect();
        let (mut from, mut missing) = (after, count);
        while missing > 0 {
            // A rule of days or more is walked from its start, so that it is walked once.
            let until = match Steps::of(&self.shape) {
                Some(_) => from + NEAR_HORIZON,
                None => DateTime::<Utc>::MAX_UTC,
            };
            let recurring: Vec<_> = self
                .recurring(from, until)
                .filter(is_kept)
                .take(missing)
                .collect();
            let Some(last) = recurring.last() else {
                break;
            };
            (from, missing) = (*last, missing - recurring.len());
            found.extend(recurring);
        }
        found.into_iter().take(count).collect()
    }

    /// Returns the first occurrence in (after, until].
    fn first(&self, after: DateTime<Utc>, until: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let is_kept = |at: &DateTime<Utc>| !self.left_out.contains(at);
        let recurring = self.recurring(after, until).find(is_kept);
        let added = self
            .added
            .iter()
            .copied()
            .find(|at| *at > after && *at <= until && is_kept(at));
        recurring.into_iter().chain(added).min()
    }

    /// Returns the last occurrence in (after, until], by halving the time that holds it: a rule may recur every second
    /// for months before `until` or not at all.
    pub(super) fn latest(
        &self,
        after: DateTime<Utc>,
        until: DateTime<Utc>,
    ) -> Option<DateTime<Utc>> {
        let (mut found, mut until) = (self.first(after, until)?, until);
        while until - found >= SECOND {
            let middle = found + TimeDelta::seconds((until - found).num_seconds() / 2);
            match self.first(middle, until) {
                Some(later) => found = later,
                None => until = middle,
            }
        }
        Some(found)
    }

    /// Returns what the rule itself gives in (after, until], in order.
    fn recurring(
        &self,
        after: DateTime<Utc>,
        until: DateTime<Utc>,
    ) -> Box<dyn Iterator<Item = DateTime<Utc>> + '_> {
        let after = whole_second(after).max(self.beginning() - SECOND);
        let until = self.until.map_or(until, |end| end.min(until));
        match self.shape.get_freq() {
            Frequency::Hourly | Frequency::Minutely | Frequency::Secondly => {
                let steps =
                    stretches(&self.zone, after, until).flat_map(|(from, to)| self.steps(from, to));
                Box::new(steps.filter(|at| !self.is_hour_again(*at)))
            }
            Frequency::Yearly | Frequency::Monthly | Frequency::Weekly | Frequency::Daily => {
                let shown = self.wall_clocks(self.zone.local_at(after));
                let instants = shown.filter_map(|local| self.zone.first_showing(local));
                Box::new(
                    instants
                        .skip_while(move |at| *at <= after)
                        .take_while(move |at| *at <= until),
                )
            }
        }
    }

    /// Returns what a rule of hours or less gives within one stretch of a single offset, its ends included.
    fn steps(
        &self,
        from: DateTime<Utc>,
        to: DateTime<Utc>,
    ) -> impl Iterator<Item = DateTime<Utc>> + '_ {
        let offset = self.zone.offset_at(from);
        let local = |at: DateTime<Utc>| at.naive_utc() + offset;
        let (start, from, to) = (local(self.beginning()), local(from), local(to));
        let shown = Steps::of(&self.shape).map(|steps| steps.within(start, from, to));
        shown
            .into_iter()
            .flatten()
            .map(move |local| (local - offset).and_utc())
    }

    /// Tells whether it is in an hour that the clock shows for the second time. A rule of every hour has it once, as pg-boss
    /// reads it; one of every other hour or of minutes counts on.
    fn is_hour_again(&self, at: DateTime<Utc>) -> bool {
        let is_every_hour =
            self.shape.get_freq() == Frequency::Hourly && self.shape.get_interval() <= 1;
        let shown = [at, at - TimeDelta::hours(1)].map(|at| self.zone.local_at(at).hour());
        is_every_hour && shown[0] == shown[1]
    }

    /// Returns the wall clocks that a rule of days or more gives from shortly before `from` on.
    fn wall_clocks(&self, from: NaiveDateTime) -> impl Iterator<Item = NaiveDateTime> + use<> {
        let start = in_utc(self.start_near(from));
        let validated = self.shape.clone().validate(start).ok();
        let all = validated.map(|rule| (&RRuleSet::new(start).rrule(rule).limit()).into_iter());
        all.into_iter().flatten().map(|at| at.naive_utc())
    }

    /// Returns the start, moved to shortly before `from` by whole intervals where these have one length.
    fn start_near(&self, from: NaiveDateTime) -> NaiveDateTime {
        let unit = match self.shape.get_freq() {
            Frequency::Weekly => TimeDelta::weeks(1),
            Frequency::Daily => TimeDelta::days(1),
            _ => return self.start,
        };
        let interval = unit.num_seconds() * i64::from(self.shape.get_interval().max(1));
        // Two stay, so that a week which began before the start is whole.
        let intervals = ((from - self.start).num_seconds() / interval - 2).max(0);
        self.start + TimeDelta::seconds(intervals * interval)
    }

    fn horizon(&self) -> TimeDelta {
        if Steps::of(&self.shape).is_some() {
            NEAR_HORIZON
        } else {
            HORIZON
        }
    }

    fn beginning(&self) -> DateTime<Utc> {
        first_instant(self.start, &self.zone)
    }
}

/// Returns the parts of (after, until] within which the zone's offset stays, with their first and last seconds.
fn stretches(
    zone: &Zone,
    after: DateTime<Utc>,
    until: DateTime<Utc>,
) -> impl Iterator<Item = (DateTime<Utc>, DateTime<Utc>)> {
    let until = whole_second(until);
    let from = move |from| {
        (
            from,
            zone.first_change(from, until)
                .map_or(until, |change| change - SECOND),
        )
    };
    let first = (after < until).then(|| from(after + SECOND));
    std::iter::successors(first, move |(_, to)| {
        (*to < until).then(|| from(*to + SECOND))
    })
}

fn whole_second(at: DateTime<Utc>) -> DateTime<Utc> {
    at.with_nanosecond(0).unwrap_or(at)
}

fn in_utc(local: NaiveDateTime) -> DateTime<Tz> {
    local.and_utc().with_timezone(&Tz::UTC)
}
