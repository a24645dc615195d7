//! The parts of an RRULE, `NAME=VALUE` each, read and checked.

use std::ops::RangeInclusive;

use chrono::Weekday;

use super::error::RuleError;

const WEEKDAYS: [(&str, Weekday); 7] = [
    ("MO", Weekday::Mon),
    ("TU", Weekday::Tue),
    ("WE", Weekday::Wed),
    ("TH", Weekday::Thu),
    ("FR", Weekday::Fri),
    ("SA", Weekday::Sat),
    ("SU", Weekday::Sun),
];

/// The highest COUNT: counting to it takes some milliseconds, once.
pub(super) const MAX_COUNT: usize = 100_000;

/// A longer interval has no second occurrence before the last year that is searched, even in seconds.
const MAX_INTERVAL: i64 = 1_000_000_000_000;

/// The unit of a rule's interval, shortest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Frequency {
    Secondly,
    Minutely,
    Hourly,
    Daily,
    Weekly,
    Monthly,
    Yearly,
}

/// The parts of an RRULE. A list that is not written is empty; each list is sorted and has no value twice.
#[derive(Debug)]
pub(super) struct Parts {
    pub(super) frequency: Frequency,
    pub(super) interval: i64,
    pub(super) count: Option<usize>,
    pub(super) until: Option<String>,
    pub(super) seconds: Vec<i32>,
    pub(super) minutes: Vec<i32>,
    pub(super) hours: Vec<i32>,
    /// With the ordinal before each: 0 is every such day.
    pub(super) weekdays: Vec<(i32, Weekday)>,
    pub(super) month_days: Vec<i32>,
    pub(super) year_days: Vec<i32>,
    pub(super) week_numbers: Vec<i32>,
    pub(super) months: Vec<i32>,
    pub(super) positions: Vec<i32>,
    pub(super) week_start: Weekday,
}

impl Parts {
    pub(super) fn read(rule: &str) -> Result<Self, RuleError> {
        let written = Written::read(rule)?;
        let numbers = |name, range, expected| written.numbers(name, range, expected);
        let parts = Self {
            frequency: written.frequency()?,
            interval: written.interval()?,
            count: written.count()?,
            until: written.get("UNTIL").map(str::to_owned),
            seconds: numbers("BYSECOND", 0..=59, "numbers from 0 to 59")?,
            minutes: numbers("BYMINUTE", 0..=59, "numbers from 0 to 59")?,
            hours: numbers("BYHOUR", 0..=23, "numbers from 0 to 23")?,
            weekdays: written.weekdays()?,
            month_days: numbers("BYMONTHDAY", -31..=31, "numbers from 1 to 31 or -31 to -1")?,
            year_days: numbers(
                "BYYEARDAY",
                -366..=366,
                "numbers from 1 to 366 or -366 to -1",
            )?,
            week_numbers: numbers("BYWEEKNO", -53..=53, "numbers from 1 to 53 or -53 to -1")?,
            months: numbers("BYMONTH", 1..=12, "numbers from 1 to 12")?,
            positions: numbers("BYSETPOS", i32::MIN..=i32::MAX, "numbers other than 0")?,
            week_start: written.week_start()?,
        };
        parts.check_combinations(&written)?;
        Ok(parts)
    }

    /// Refuses what RFC 5545 forbids in 3.3.10, as pg-boss 12.38 does.
    fn check_combinations(&self, written: &Written) -> Result<(), RuleError> {
        let frequency = self.frequency;
        let has_ordinals = self.weekdays.iter().any(|(ordinal, _)| *ordinal != 0);
        let lists = written.0.iter().filter(|(name, _)| name.starts_with("BY"));
        let forbidden = [
            (
                "BYMONTHDAY",
                "with FREQ=WEEKLY",
                !self.month_days.is_empty() && frequency == Frequency::Weekly,
            ),
            (
                "BYYEARDAY",
                "with FREQ=DAILY, WEEKLY or MONTHLY",
                !self.year_days.is_empty()
                    && (Frequency::Daily..=Frequency::Monthly).contains(&frequency),
            ),
            (
                "BYWEEKNO",
                "without FREQ=YEARLY",
                !self.week_numbers.is_empty() && frequency != Frequency::Yearly,
            ),
            (
                "BYDAY",
                "without FREQ=MONTHLY or YEARLY, since it has a number",
                has_ordinals && frequency < Frequency::Monthly,
            ),
            (
                "BYDAY",
                "with BYWEEKNO, since it has a number",
                has_ordinals && !self.week_numbers.is_empty(),
            ),
            (
                "BYSETPOS",
                "without another BY part to take a position in",
                !self.positions.is_empty() && lists.count() == 1,
            ),
        ];
        if self.count.is_some() && self.until.is_some() {
            return Err(RuleError::CountAndUntil);
        }
        match forbidden.into_iter().find(|(_, _, is_wrong)| *is_wrong) {
            Some((name, beside, _)) => Err(RuleError::Combination {
                part: written.part(name),
                beside,
            }),
            None => Ok(()),
        }
    }
}

/// The parts as they are written, in upper case: names and values.
struct Written(Vec<(String, String)>);

const NAMES: [&str; 16] = [
    "FREQ",
    "INTERVAL",
    "COUNT",
    "UNTIL",
    "BYSECOND",
    "BYMINUTE",
    "BYHOUR",
    "BYDAY",
    "BYMONTHDAY",
    "BYYEARDAY",
    "BYWEEKNO",
    "BYMONTH",
    "BYSETPOS",
    "WKST",
    "RSCALE",
    "SKIP",
];

impl Written {
    fn read(rule: &str) -> Result<Self, RuleError> {
        let mut written = Self(Vec::new());
        for part in rule.split(';').filter(|part| !part.is_empty()) {
            let part = part.to_ascii_uppercase();
            let named = part.split_once('=').filter(|(_, value)| !value.is_empty());
            let (name, value) = named.ok_or_else(|| RuleError::Part { part: part.clone() })?;
            let is_known = match (name, value) {
                // Only the values that change nothing.
                ("RSCALE", value) => value == "GREGORIAN",
                ("SKIP", value) => value == "OMIT",
                _ => NAMES.contains(&name) || name.starts_with("X-"),
            };
            if !is_known {
                return Err(RuleError::Part { part });
            }
            if written.get(name).is_some() {
                return Err(RuleError::Twice {
                    name: name.to_owned(),
                });
            }
            written.0.push((name.to_owned(), value.to_owned()));
        }
        Ok(written)
    }

    fn get(&self, name: &str) -> Option<&str> {
        let found = self.0.iter().find(|(found, _)| found == name);
        found.map(|(_, value)| value.as_str())
    }

    fn part(&self, name: &str) -> String {
        format!("{name}={}", self.get(name).unwrap_or_default())
    }

    fn wrong(&self, name: &str, expected: &'static str) -> RuleError {
        RuleError::Value {
            part: self.part(name),
            expected,
        }
    }

    fn frequency(&self) -> Result<Frequency, RuleError> {
        match self.get("FREQ").ok_or(RuleError::NoFrequency)? {
            "SECONDLY" => Ok(Frequency::Secondly),
            "MINUTELY" => Ok(Frequency::Minutely),
            "HOURLY" => Ok(Frequency::Hourly),
            "DAILY" => Ok(Frequency::Daily),
            "WEEKLY" => Ok(Frequency::Weekly),
            "MONTHLY" => Ok(Frequency::Monthly),
            "YEARLY" => Ok(Frequency::Yearly),
            _ => Err(self.wrong(
                "FREQ",
                "SECONDLY, MINUTELY, HOURLY, DAILY, WEEKLY, MONTHLY or YEARLY",
            )),
        }
    }

    fn interval(&self) -> Result<i64, RuleError> {
        let Some(text) = self.get("INTERVAL") else {
            return Ok(1);
        };
        let digits = text.strip_prefix('+').unwrap_or(text);
        let is_number = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
        // More digits than fit are a long interval.
        let number = is_number.then(|| digits.parse().unwrap_or(MAX_INTERVAL));
        let number = number.filter(|number| *number > 0);
        number
            .map(|number: i64| number.min(MAX_INTERVAL))
            .ok_or_else(|| self.wrong("INTERVAL", "a number from 1"))
    }

    fn count(&self) -> Result<Option<usize>, RuleError> {
        let Some(text) = self.get("COUNT") else {
            return Ok(None);
        };
        let number = text.parse().ok();
        match number.filter(|number| (1..=MAX_COUNT).contains(number)) {
            Some(number) => Ok(Some(number)),
            None => Err(RuleError::Count {
                text: text.to_owned(),
                max: MAX_COUNT,
            }),
        }
    }

    /// Reads a list of numbers; 0 is one of them only where the range begins with it.
    fn numbers(
        &self,
        name: &'static str,
        range: RangeInclusive<i32>,
        expected: &'static str,
    ) -> Result<Vec<i32>, RuleError> {
        let Some(value) = self.get(name) else {
            return Ok(vec![]);
        };
        let fits = |number: &i32| range.contains(number) && (*number != 0 || *range.start() == 0);
        let read = |item: &str| item.parse().ok().filter(fits);
        let numbers: Option<Vec<_>> = value.split(',').map(read).collect();
        let mut numbers = numbers.ok_or_else(|| self.wrong(name, expected))?;
        numbers.sort_unstable();
        numbers.dedup();
        Ok(numbers)
    }

    fn weekdays(&self) -> Result<Vec<(i32, Weekday)>, RuleError> {
        let Some(value) = self.get("BYDAY") else {
            return Ok(vec![]);
        };
        let days: Option<Vec<_>> = value.split(',').map(numbered_weekday).collect();
        days.ok_or_else(|| self.wrong("BYDAY", "days such as `MO`, or `1MO` and `-1SU`"))
    }

    fn week_start(&self) -> Result<Weekday, RuleError> {
        match self.get("WKST") {
            None => Ok(Weekday::Mon),
            Some(value) => weekday(value).ok_or_else(|| self.wrong("WKST", "a day such as `MO`")),
        }
    }
}

/// Reads `MO`, `1MO` or `-1MO`; the number has up to two digits.
fn numbered_weekday(item: &str) -> Option<(i32, Weekday)> {
    let (ordinal, name) = item.split_at_checked(item.len().checked_sub(2)?)?;
    let day = weekday(name)?;
    match ordinal {
        "" => Some((0, day)),
        _ => {
            let number: i32 = ordinal.parse().ok()?;
            ((1..=99).contains(&number.abs())).then_some((number, day))
        }
    }
}

fn weekday(name: &str) -> Option<Weekday> {
    let found = WEEKDAYS.iter().find(|(known, _)| *known == name);
    found.map(|(_, day)| *day)
}
