//! Units of time, and steps of several units.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use chrono::{DateTime, Months, TimeDelta, Utc};

use crate::suggest::unknown;

/// A unit of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Unit {
    /// A thousandth of a second.
    Milliseconds,
    /// A second.
    Seconds,
    /// 60 seconds.
    Minutes,
    /// 60 minutes.
    Hours,
    /// 24 hours.
    Days,
    /// Seven days.
    Weeks,
    /// A calendar month.
    Months,
    /// Three calendar months.
    Quarters,
    /// Twelve calendar months.
    Years,
}

/// A text that is not the name of a unit.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", unknown("unit", text, &Unit::ALL.map(Unit::as_str)))]
pub struct UnknownUnit {
    text: String,
}

impl Unit {
    /// All units, shortest first.
    pub const ALL: [Self; 9] = [
        Self::Milliseconds,
        Self::Seconds,
        Self::Minutes,
        Self::Hours,
        Self::Days,
        Self::Weeks,
        Self::Months,
        Self::Quarters,
        Self::Years,
    ];

    /// Returns the plural name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Milliseconds => "milliseconds",
            Self::Seconds => "seconds",
            Self::Minutes => "minutes",
            Self::Hours => "hours",
            Self::Days => "days",
            Self::Weeks => "weeks",
            Self::Months => "months",
            Self::Quarters => "quarters",
            Self::Years => "years",
        }
    }

    /// Makes the step of `n` such units.
    ///
    /// # Errors
    /// If it is longer than can be counted.
    pub fn times(self, n: u64) -> Result<Step, StepError> {
        let fixed = |millis: u64| {
            n.checked_mul(millis)
                .map(|millis| Step::Fixed(Duration::from_millis(millis)))
        };
        let calendar = |months: u64| n.checked_mul(months)?.try_into().ok().map(Step::Months);
        let step = match self {
            Self::Milliseconds => fixed(1),
            Self::Seconds => fixed(1_000),
            Self::Minutes => fixed(60_000),
            Self::Hours => fixed(3_600_000),
            Self::Days => fixed(86_400_000),
            Self::Weeks => fixed(604_800_000),
            Self::Months => calendar(1),
            Self::Quarters => calendar(3),
            Self::Years => calendar(12),
        };
        step.ok_or(StepError { n, unit: self })
    }
}

impl fmt::Display for Unit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Unit {
    type Err = UnknownUnit;

    /// Reads the singular or the plural, in any case.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let word = text.trim();
        let is_named = |unit: &Self| {
            let (plural, singular) = (unit.as_str(), unit.as_str().trim_end_matches('s'));
            word.eq_ignore_ascii_case(plural) || word.eq_ignore_ascii_case(singular)
        };
        Self::ALL
            .into_iter()
            .find(is_named)
            .ok_or_else(|| UnknownUnit {
                text: text.to_owned(),
            })
    }
}

/// A step in time: a number of units.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Step {
    /// A length that is the same everywhere.
    Fixed(Duration),
    /// So many calendar months, whatever their length.
    Months(u32),
}

/// A step that is too long to be counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{n} {unit} is too long a time")]
pub struct StepError {
    n: u64,
    unit: Unit,
}

impl Step {
    /// Returns the instant one such step after `from`, if it can be counted.
    #[must_use]
    pub fn after(self, from: DateTime<Utc>) -> Option<DateTime<Utc>> {
        match self {
            Self::Fixed(length) => from.checked_add_signed(TimeDelta::from_std(length).ok()?),
            Self::Months(months) => add_months(from, months),
        }
    }
}

/// Adds calendar months; a day that the month reached does not have becomes its last one.
#[must_use]
pub fn add_months(from: DateTime<Utc>, months: u32) -> Option<DateTime<Utc>> {
    from.checked_add_months(Months::new(months))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{Step, Unit, add_months};
    use crate::parse_instant;

    #[test]
    fn units_are_read_singular_and_plural_in_any_case() {
        for unit in Unit::ALL {
            let plural = unit.as_str();
            let singular = &plural[..plural.len() - 1];
            for text in [
                plural,
                singular,
                &plural.to_uppercase(),
                &format!(" {singular} "),
            ] {
                assert_eq!(text.parse(), Ok(unit), "{text}");
            }
        }
    }

    #[test]
    fn an_unknown_unit_lists_the_known_ones() {
        let error = "secnds".parse::<Unit>().unwrap_err().to_string();
        assert!(
            error.starts_with(
                "unknown unit `secnds`; did you mean `seconds`? known: milliseconds, seconds,"
            ),
            "{error}"
        );
        assert!("secondss".parse::<Unit>().is_err() && "".parse::<Unit>().is_err());
    }

    #[test]
    fn short_units_are_lengths_and_long_ones_are_months() {
        assert_eq!(
            Unit::Weeks.times(2),
            Ok(Step::Fixed(Duration::from_secs(1_209_600)))
        );
        assert_eq!(Unit::Quarters.times(2), Ok(Step::Months(6)));
        assert_eq!(Unit::Years.times(3), Ok(Step::Months(36)));
        assert_eq!(
            Unit::Days.times(u64::MAX).unwrap_err().to_string(),
            "18446744073709551615 days is too long a time"
        );
        assert!(Unit::Years.times(u64::from(u32::MAX)).is_err());
    }

    #[test]
    fn a_month_after_the_31st_is_the_last_of_the_next() {
        let cases = [
            ("2030-01-31", 1, "2030-02-28"),
            ("2028-01-31", 1, "2028-02-29"),
            ("2028-02-29", 12, "2029-02-28"),
        ];
        for (from, months, to) in cases {
            assert_eq!(
                add_months(parse_instant(from).unwrap(), months),
                parse_instant(to).ok(),
                "{from}"
            );
        }
        assert_eq!(
            Step::Months(u32::MAX).after(parse_instant("2030-01-01").unwrap()),
            None
        );
        assert_eq!(
            Step::Fixed(Duration::MAX).after(parse_instant("2030-01-01").unwrap()),
            None
        );
    }
}
