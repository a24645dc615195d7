//! Which days a rule names.

use chrono::{Datelike, NaiveDate, Weekday};

use super::parts::{Frequency, Parts};

/// A filter of days: each part that is written must name the day. An empty part names every day.
#[derive(Debug, Clone)]
pub(super) struct Days {
    months: Vec<i32>,
    month_days: Vec<i32>,
    year_days: Vec<i32>,
    week_numbers: Vec<i32>,
    week_start: Weekday,
    weekdays: Vec<(i32, Weekday)>,
    /// `1MO` is the first Monday of the year, not of the month.
    counts_in_year: bool,
}

impl Days {
    /// Takes the days of a rule that begins on `start`. A rule of weeks or longer that names no day recurs on the day on
    /// which it began.
    pub(super) fn new(parts: &Parts, start: NaiveDate) -> Self {
        let mut days = Self {
            months: parts.months.clone(),
            month_days: parts.month_days.clone(),
            year_days: parts.year_days.clone(),
            week_numbers: parts.week_numbers.clone(),
            week_start: parts.week_start,
            weekdays: parts.weekdays.clone(),
            counts_in_year: parts.frequency == Frequency::Yearly && parts.months.is_empty(),
        };
        let names_a_day =
            !(days.month_days.is_empty() && days.year_days.is_empty() && days.weekdays.is_empty());
        if names_a_day || parts.frequency < Frequency::Weekly {
            return days;
        }
        if parts.frequency == Frequency::Weekly || !days.week_numbers.is_empty() {
            days.weekdays = vec![(0, start.weekday())];
            return days;
        }
        days.month_days = vec![signed(start.day())];
        if parts.frequency == Frequency::Yearly && days.months.is_empty() {
            days.months = vec![signed(start.month())];
        }
        days
    }

    /// Returns whether the rule names days in the month of this day.
    pub(super) fn has_month(&self, day: NaiveDate) -> bool {
        self.months.is_empty() || self.months.binary_search(&signed(day.month())).is_ok()
    }

    pub(super) fn has(&self, day: NaiveDate) -> bool {
        let month_length = i32::from(day.num_days_in_month());
        self.has_month(day)
            && names(&self.month_days, signed(day.day()), month_length)
            && names(&self.year_days, signed(day.ordinal()), year_length(day))
            && self.has_week(day)
            && self.has_weekday(day)
    }

    fn has_weekday(&self, day: NaiveDate) -> bool {
        let (number, length) = match self.counts_in_year {
            true => (signed(day.ordinal()), year_length(day)),
            false => (signed(day.day()), i32::from(day.num_days_in_month())),
        };
        let (from_front, from_back) = ((number + 6) / 7, -((length - number) / 7 + 1));
        let is_named = |(ordinal, weekday): &(i32, Weekday)| {
            *weekday == day.weekday() && [0, from_front, from_back].contains(ordinal)
        };
        self.weekdays.is_empty() || self.weekdays.iter().any(is_named)
    }

    fn has_week(&self, day: NaiveDate) -> bool {
        if self.week_numbers.is_empty() {
            return true;
        }
        // A week belongs to the year that has most of it, so that of its fourth day.
        let days_into_week = i64::from(day.weekday().days_since(self.week_start));
        let Some(fourth_day) = day.checked_add_signed(chrono::TimeDelta::days(3 - days_into_week))
        else {
            return false;
        };
        let week = |day: NaiveDate| signed(day.ordinal0()) / 7 + 1;
        // A later week belongs to this year as long as its own fourth day lies in it.
        let weeks_left = (year_length(fourth_day) - signed(fourth_day.ordinal())) / 7;
        names(
            &self.week_numbers,
            week(fourth_day),
            week(fourth_day) + weeks_left,
        )
    }
}

/// Returns whether a sorted list names `number`, counted from 1, or from -1 backwards among `length`; an empty list names all.
pub(super) fn names(list: &[i32], number: i32, length: i32) -> bool {
    let has = |number: i32| list.binary_search(&number).is_ok();
    list.is_empty() || has(number) || has(number - length - 1)
}

fn year_length(day: NaiveDate) -> i32 {
    if day.leap_year() { 366 } else { 365 }
}

/// Days, months and ordinals fit.
fn signed(number: u32) -> i32 {
    number.cast_signed()
}
