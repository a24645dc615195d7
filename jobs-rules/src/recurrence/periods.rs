//! Rules that step by days, weeks, months or years: the wall-clock times of each period.

use std::iter;

use chrono::{Datelike, Days as DayCount, Months, NaiveDate, NaiveDateTime};

use super::parts::Frequency;
use super::shape::{Budget, Shape};
use super::times::{Times, at_positions};

/// The last year in which an occurrence is looked for.
pub(super) const LAST_YEAR: i32 = 9_999;

/// The wall-clock times of a rule, in order.
pub(super) struct Periods<'a> {
    shape: &'a Shape,
    budget: &'a Budget,
    /// No time before this one.
    from: NaiveDateTime,
    /// No day after this one.
    until: NaiveDate,
    /// The number of the period that is examined, in units since the year 0.
    period: i64,
    /// The next day of it to examine.
    day: NaiveDate,
    last: NaiveDate,
    ready: Box<dyn Iterator<Item = NaiveDateTime> + 'a>,
}

impl<'a> Periods<'a> {
    /// Begins with the period that holds `from`, or the next one: none between it and the start of the rule is examined.
    pub(super) fn new(
        shape: &'a Shape,
        budget: &'a Budget,
        start: NaiveDateTime,
        from: NaiveDateTime,
        until: NaiveDate,
    ) -> Option<Self> {
        let from = from.max(start);
        let first = shape.number_of(start.date());
        let since_first = shape.number_of(from.date()) - first;
        let steps = (since_first + shape.interval - 1) / shape.interval;
        let period = first + steps * shape.interval;
        let (first_day, last) = shape.days_of(period)?;
        let is_whole = !shape.positions.is_empty();
        Some(Self {
            shape,
            budget,
            from,
            until,
            period,
            day: if is_whole {
                first_day
            } else {
                first_day.max(from.date())
            },
            last,
            ready: Box::new(iter::empty()),
        })
    }

    /// Takes the times of the next day.
    fn examine_day(&mut self) -> Option<()> {
        self.budget.spend(1)?;
        let day = self.day;
        if !self.shape.days.has_month(day) {
            self.day = day.with_day(1)?.checked_add_months(Months::new(1))?;
            return Some(());
        }
        self.day = day.succ_opt()?;
        if self.shape.days.has(day) {
            let times = self.shape.times();
            let numbers = times.first_from(day, self.from)..times.count();
            self.ready = Box::new(numbers.filter_map(move |number| times.at(day, number)));
        }
        Some(())
    }

    /// Takes the times at the positions of the whole period.
    fn examine_period(&mut self) -> Option<()> {
        let days: Vec<_> = self
            .day
            .iter_days()
            .take_while(|day| *day <= self.last)
            .collect();
        self.budget.spend(u32::try_from(days.len()).ok()?)?;
        self.day = self.last.succ_opt()?;
        let mut named = days;
        named.retain(|day| self.shape.days.has(*day));
        let times = at_positions(&self.shape.positions, &named, self.shape.times());
        let from = self.from;
        self.ready = Box::new(times.into_iter().filter(move |time| *time >= from));
        Some(())
    }
}

impl Iterator for Periods<'_> {
    type Item = NaiveDateTime;

    fn next(&mut self) -> Option<NaiveDateTime> {
        loop {
            if let Some(time) = self.ready.next() {
                return Some(time);
            }
            if self.day > self.last {
                self.period += self.shape.interval;
                (self.day, self.last) = self.shape.days_of(self.period)?;
            }
            if self.day > self.until {
                return None;
            }
            match self.shape.positions.is_empty() {
                true => self.examine_day()?,
                false => self.examine_period()?,
            }
        }
    }
}

impl Shape {
    const fn times(&self) -> Times {
        Times {
            hours: self.hours,
            minutes: self.minutes,
            seconds: self.seconds,
        }
    }

    /// Returns the number of the period that holds a day.
    fn number_of(&self, day: NaiveDate) -> i64 {
        match self.frequency {
            Frequency::Yearly => day.year().into(),
            Frequency::Monthly => i64::from(day.year()) * 12 + i64::from(day.month0()),
            Frequency::Weekly => {
                (i64::from(day.num_days_from_ce()) - self.days_before_first_week()).div_euclid(7)
            }
            _ => day.num_days_from_ce().into(),
        }
    }

    /// Returns the first and the last day of a period; none after the last year.
    fn days_of(&self, period: i64) -> Option<(NaiveDate, NaiveDate)> {
        let year = |number: i64| i32::try_from(number).ok().filter(|year| *year <= LAST_YEAR);
        let (first, length) = match self.frequency {
            Frequency::Yearly => {
                let first = NaiveDate::from_yo_opt(year(period)?, 1)?;
                (first, if first.leap_year() { 366 } else { 365 })
            }
            Frequency::Monthly => {
                let month = u32::try_from(period.rem_euclid(12)).ok()? + 1;
                let first = NaiveDate::from_ymd_opt(year(period.div_euclid(12))?, month, 1)?;
                (first, u64::from(first.num_days_in_month()))
            }
            Frequency::Weekly => (day(period * 7 + self.days_before_first_week())?, 7),
            _ => (day(period)?, 1),
        };
        Some((first, first.checked_add_days(DayCount::new(length - 1))?))
    }

    /// Day 1 of the common era is a Monday.
    fn days_before_first_week(&self) -> i64 {
        1 + i64::from(self.week_start.num_days_from_monday())
    }
}

fn day(days_from_ce: i64) -> Option<NaiveDate> {
    let day = NaiveDate::from_num_days_from_ce_opt(i32::try_from(days_from_ce).ok()?)?;
    (day.year() <= LAST_YEAR).then_some(day)
}
