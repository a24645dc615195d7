//! Rules that step by hours, minutes or seconds, within a stretch of time that has one offset.
//!
//! The rrule crate loses the phase of such a rule once a BYHOUR or BYMINUTE leaves some steps out, so they are counted
//! here: from the beginning in steps of one length, jumping over days, hours and minutes that do not count.

use std::collections::VecDeque;

use chrono::{Datelike, NaiveDate, NaiveDateTime, TimeDelta, Timelike};
use rrule::{Frequency, NWeekday, RRule, Unvalidated};

const HOUR: TimeDelta = TimeDelta::hours(1);
const MINUTE: TimeDelta = TimeDelta::minutes(1);
const SECOND: TimeDelta = TimeDelta::seconds(1);

/// A rule that steps by hours, minutes or seconds.
pub(super) struct Steps<'a> {
    rule: &'a RRule<Unvalidated>,
    unit: TimeDelta,
}

impl<'a> Steps<'a> {
    /// Takes a rule, unless it steps by days or more.
    pub(super) fn of(rule: &'a RRule<Unvalidated>) -> Option<Self> {
        let unit = match rule.get_freq() {
            Frequency::Hourly => HOUR,
            Frequency::Minutely => MINUTE,
            Frequency::Secondly => SECOND,
            _ => return None,
        };
        Some(Self { rule, unit })
    }

    /// Returns the occurrences from `from` to `to`, both included, of a rule that begins at `start`.
    pub(super) fn within(
        self,
        start: NaiveDateTime,
        from: NaiveDateTime,
        to: NaiveDateTime,
    ) -> impl Iterator<Item = NaiveDateTime> + use<'a> {
        let step = self.unit * i32::from(self.rule.get_interval().max(1));
        let count_to =
            |at: NaiveDateTime| (at - start).num_seconds().div_euclid(step.num_seconds());
        // One before, since an hour's BYMINUTE may be later than the step that falls into the hour.
        let mut at = start + TimeDelta::seconds((count_to(from) - 1).max(0) * step.num_seconds());
        let mut ready = VecDeque::new();
        let ever = self.has_place();
        let all = std::iter::from_fn(move || {
            loop {
                if let Some(next) = ready.pop_front() {
                    return Some(next);
                }
                if !ever || self.floor(at) > to {
                    return None;
                }
                if let Some(later) = self.not_before(at) {
                    let steps =
                        ((later - at).num_seconds() + step.num_seconds() - 1) / step.num_seconds();
                    at += TimeDelta::seconds(steps * step.num_seconds());
                } else {
                    ready.extend(self.expand(at));
                    at += step;
                }
            }
        });
        all.skip_while(move |at| *at < from)
            .take_while(move |at| *at <= to)
    }

    /// Returns when it is worth looking again, if nothing happens in the step at `at`.
    fn not_before(&self, at: NaiveDateTime) -> Option<NaiveDateTime> {
        let leaves_out = |list: &[u8], value: u32| {
            !list.is_empty() && !list.iter().any(|n| u32::from(*n) == value)
        };
        if !self.has_day(at.date()) {
            return Some((at.date() + TimeDelta::days(1)).and_time(chrono::NaiveTime::MIN));
        }
        if leaves_out(self.rule.get_by_hour(), at.hour()) {
            return Some(floor_to(at, HOUR) + HOUR);
        }
        if self.unit < HOUR && leaves_out(self.rule.get_by_minute(), at.minute()) {
            return Some(floor_to(at, MINUTE) + MINUTE);
        }
        (self.unit < MINUTE && leaves_out(self.rule.get_by_second(), at.second()))
            .then(|| at + SECOND)
    }

    /// Tells whether a step has as many times as a BYSETPOS counts to. Otherwise every step would be looked at in vain.
    fn has_place(&self) -> bool {
        let count = |list: &[u8], expands: bool| if expands { list.len().max(1) } else { 1 };
        let minutes = count(self.rule.get_by_minute(), self.unit == HOUR);
        let seconds = count(self.rule.get_by_second(), self.unit >= MINUTE);
        let places = self.rule.get_by_set_pos();
        places.is_empty()
            || places.iter().any(|place| {
                usize::try_from(place.unsigned_abs()).is_ok_and(|place| place <= minutes * seconds)
            })
    }

    fn has_day(&self, day: NaiveDate) -> bool {
        let lasts =
            |from: NaiveDate, to: Option<NaiveDate>| to.map_or(0, |to| (to - from).num_days());
        let year = NaiveDate::from_yo_opt(day.year(), 1).unwrap_or(day);
        let year_length = lasts(year, NaiveDate::from_yo_opt(day.year() + 1, 1));
        let month_length = i64::from(day.num_days_in_month());
        let months = self.rule.get_by_month();
        let weekdays = self.rule.get_by_weekday();
        let is_weekday = |wanted: &NWeekday| matches!(wanted, NWeekday::Every(weekday) if *weekday == day.weekday());
        (months.is_empty() || months.iter().any(|month| u32::from(*month) == day.month()))
            && counts(self.rule.get_by_month_day(), day.day(), month_length)
            && counts(self.rule.get_by_year_day(), day.ordinal(), year_length)
            && (weekdays.is_empty() || weekdays.iter().any(is_weekday))
    }

    /// Returns the times within the step at `at`, in order.
    fn expand(&self, at: NaiveDateTime) -> Vec<NaiveDateTime> {
        let or_own = |list: &[u8], expands: bool, own: u32| match expands && !list.is_empty() {
            true => list.iter().map(|n| u32::from(*n)).collect(),
            false => vec![own],
        };
        let minutes = or_own(self.rule.get_by_minute(), self.unit == HOUR, at.minute());
        let seconds = or_own(self.rule.get_by_second(), self.unit >= MINUTE, at.second());
        let times = minutes
            .iter()
            .flat_map(|minute| seconds.iter().map(move |second| (*minute, *second)));
        let mut times: Vec<_> = times
            .filter_map(|(minute, second)| at.with_minute(minute)?.with_second(second))
            .collect();
        times.sort_unstable();
        times.dedup();
        match self.rule.get_by_set_pos() {
            [] => times,
            places => {
                let length = i64::try_from(times.len()).unwrap_or(i64::MAX);
                let is_at_place = |place: u32| counts(places, place, length);
                (1..)
                    .zip(times)
                    .filter(|(place, _)| is_at_place(*place))
                    .map(|(_, time)| time)
                    .collect()
            }
        }
    }

    fn floor(&self, at: NaiveDateTime) -> NaiveDateTime {
        floor_to(at, self.unit)
    }
}

/// Tells whether a list holds `n`, counted from 1, or from -1 backwards among `length`; an empty list holds all.
fn counts<T: Copy + Into<i64>>(list: &[T], n: u32, length: i64) -> bool {
    let n = i64::from(n);
    list.is_empty()
        || list
            .iter()
            .any(|wanted| [n, n - length - 1].contains(&(*wanted).into()))
}

fn floor_to(at: NaiveDateTime, unit: TimeDelta) -> NaiveDateTime {
    let past = i64::from(at.num_seconds_from_midnight()) % unit.num_seconds();
    at - TimeDelta::seconds(past)
}
