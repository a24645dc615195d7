//! Finds the times of a wall clock that match the fields.

use chrono::{Datelike, NaiveDate, NaiveDateTime, NaiveTime, Timelike};

use super::dialect::Fields;
use super::field::Values;

/// The longest time between two matching days: 29 February is the same day of the week after 40 years, where the last year of a
/// century between them has no such day.
const YEARS: i32 = 41;

/// Where the search goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Towards {
    Future,
    Past,
}

impl Towards {
    /// Returns the nearest value, which may be this one.
    fn nearest(self, values: &Values, at: u32) -> Option<u32> {
        match self {
            Self::Future => {
                let left = values.bits.checked_shr(at)?;
                (left != 0).then(|| at + left.trailing_zeros())
            }
            Self::Past => {
                let left = values.bits.checked_shl(63_u32.checked_sub(at)?)?;
                (left != 0).then(|| at - left.leading_zeros())
            }
        }
    }

    /// Returns the nearest value but this one.
    fn next(self, values: &Values, at: u32) -> Option<u32> {
        match self {
            Self::Future => self.nearest(values, at + 1),
            Self::Past => self.nearest(values, at.checked_sub(1)?),
        }
    }

    fn first(self, values: &Values) -> Option<u32> {
        self.nearest(values, if self == Self::Future { 0 } else { 63 })
    }

    fn next_day(self, day: NaiveDate) -> Option<NaiveDate> {
        match self {
            Self::Future => day.succ_opt(),
            Self::Past => day.pred_opt(),
        }
    }

    /// Returns the last day that the search meets in this month.
    fn end_of_month(self, day: NaiveDate) -> Option<NaiveDate> {
        match self {
            Self::Future => day.with_day(day.num_days_in_month().into()),
            Self::Past => day.with_day(1),
        }
    }
}

impl Fields {
    /// Returns the nearest time that matches, which may be this one.
    pub(super) fn nearest(&self, at: NaiveDateTime, towards: Towards) -> Option<NaiveDateTime> {
        let mut day = at.date();
        if self.has_day(day)
            && let Some(time) = self.nearest_time(at.time(), towards)
        {
            return Some(day.and_time(time));
        }
        loop {
            if !self.month.has(day.month()) {
                day = towards.end_of_month(day)?;
            }
            day = towards.next_day(day)?;
            if self.has_day(day) {
                return Some(day.and_time(self.first_time(towards)?));
            }
            if (day.year() - at.year()).abs() > YEARS {
                return None;
            }
        }
    }

    fn nearest_time(&self, at: NaiveTime, towards: Towards) -> Option<NaiveTime> {
        let (hour, minute) = (at.hour(), at.minute());
        let in_minute = || {
            let second = towards.nearest(&self.second, at.second())?;
            NaiveTime::from_hms_opt(hour, minute, second)
        };
        let in_hour = || {
            let minute = towards.next(&self.minute, minute)?;
            NaiveTime::from_hms_opt(hour, minute, towards.first(&self.second)?)
        };
        let in_day = || {
            let hour = towards.next(&self.hour, hour)?;
            let minute = towards.first(&self.minute)?;
            NaiveTime::from_hms_opt(hour, minute, towards.first(&self.second)?)
        };
        let is_in_hour = self.hour.has(hour);
        let found = (is_in_hour && self.minute.has(minute)).then(in_minute);
        found
            .flatten()
            .or_else(|| is_in_hour.then(in_hour).flatten())
            .or_else(in_day)
    }

    fn first_time(&self, towards: Towards) -> Option<NaiveTime> {
        let [hour, minute, second] =
            [&self.hour, &self.minute, &self.second].map(|values| towards.first(values));
        NaiveTime::from_hms_opt(hour?, minute?, second?)
    }

    /// Tells whether the day matches: where both the day of the month and the day of the week are restricted, one is enough.
    fn has_day(&self, day: NaiveDate) -> bool {
        let (of_month, of_week) = (&self.day_of_month, &self.day_of_week);
        let left = u32::from(day.num_days_in_month()) - day.day();
        let in_month = of_month.has(day.day()) || of_month.last_day && left == 0;
        let in_week = of_week.has_day_of_week(day, left);
        self.month.has(day.month())
            && match (of_month.any, of_week.any) {
                (true, _) => in_week,
                (_, true) => in_month,
                _ => in_month || in_week,
            }
    }
}

impl Values {
    /// Tells whether the day of the week matches; `left` days of the month come after it.
    fn has_day_of_week(&self, day: NaiveDate, left: u32) -> bool {
        let weekday = day.weekday().num_days_from_sunday();
        let is_nth = |nth| day.day0() / 7 + 1 == u32::from(nth);
        self.has(weekday) && self.nth.is_none_or(is_nth)
            || self.last_days & (1 << weekday) != 0 && left < 7
    }
}
