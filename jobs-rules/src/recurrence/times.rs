//! The times of one day: all hours of a set with all minutes of one and all seconds of one, in order.

use chrono::{NaiveDate, NaiveDateTime};

/// A set of hours, minutes or seconds: a bit for each.
pub(super) type Set = u64;

/// The times of a day, counted from 0, without a list of them: there may be 86,400.
#[derive(Debug, Clone, Copy)]
pub(super) struct Times {
    pub(super) hours: Set,
    pub(super) minutes: Set,
    pub(super) seconds: Set,
}

impl Times {
    pub(super) const fn count(self) -> u32 {
        self.hours.count_ones() * self.minutes.count_ones() * self.seconds.count_ones()
    }

    /// Returns a time of a day; none if it has no such number.
    pub(super) fn at(self, day: NaiveDate, number: u32) -> Option<NaiveDateTime> {
        if number >= self.count() {
            return None;
        }
        let (minutes, seconds) = (self.minutes.count_ones(), self.seconds.count_ones());
        let hour = nth(self.hours, number / (minutes * seconds));
        let minute = nth(self.minutes, number / seconds % minutes);
        day.and_hms_opt(hour, minute, nth(self.seconds, number % seconds))
    }

    /// Returns the number of the first time of a day that is not before an instant of the wall clock.
    pub(super) fn first_from(self, day: NaiveDate, from: NaiveDateTime) -> u32 {
        let (mut low, mut high) = (0, self.count());
        while low < high {
            let middle = u32::midpoint(low, high);
            match self.at(day, middle).is_some_and(|time| time < from) {
                true => low = middle + 1,
                false => high = middle,
            }
        }
        low
    }
}

/// Returns the set of some numbers below 64.
pub(super) fn set(numbers: &[i32]) -> Set {
    let bit = |number: &i32| u32::try_from(*number).ok().map(only);
    numbers.iter().filter_map(bit).fold(0, |set, bit| set | bit)
}

/// Returns the set of one number below 64.
pub(super) fn only(number: u32) -> Set {
    1_u64.checked_shl(number).unwrap_or(0)
}

/// Returns the first set, or the other one if it is empty.
pub(super) const fn or(set: Set, other: Set) -> Set {
    if set == 0 { other } else { set }
}

/// Returns whether an empty set, which stands for all, or a set that has the number.
pub(super) fn allows(set: Set, number: u32) -> bool {
    set == 0 || set & only(number) != 0
}

fn nth(mut set: Set, number: u32) -> u32 {
    for _ in 0..number {
        set &= set.wrapping_sub(1);
    }
    set.trailing_zeros()
}

/// Returns the times at some positions among all times of some days, in order.
pub(super) fn at_positions(
    positions: &[i32],
    days: &[NaiveDate],
    times: Times,
) -> Vec<NaiveDateTime> {
    let count = u64::from(times.count()) * u64::try_from(days.len()).unwrap_or(0);
    let number = |position: &i32| {
        let position = i64::from(*position);
        let number = match position > 0 {
            true => position - 1,
            false => i64::try_from(count).ok()? + position,
        };
        u64::try_from(number).ok().filter(|number| *number < count)
    };
    let mut numbers: Vec<_> = positions.iter().filter_map(number).collect();
    numbers.sort_unstable();
    numbers.dedup();
    let time = |number: u64| {
        let (day, time) = (
            number / u64::from(times.count()),
            number % u64::from(times.count()),
        );
        let day = days.get(usize::try_from(day).ok()?)?;
        times.at(*day, u32::try_from(time).ok()?)
    };
    numbers.into_iter().filter_map(time).collect()
}
