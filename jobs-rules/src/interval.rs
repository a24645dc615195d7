//! Intervals as Postgres writes them, as far as pg-boss's `startAfter` needs them: `5 minutes`, `1:30`, `PT1H`.

use std::time::Duration;

use crate::shorten;
use crate::unit::Step;

/// A text that is not an interval.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "{:?} is not an interval; write it like `5 minutes`, `1 day 12 hours`, `01:30:00` or `PT1H30M`, and months and years \
     without shorter units",
    shorten(.text)
)]
pub struct IntervalError {
    text: String,
}

/// What a unit counts in.
#[derive(Clone, Copy)]
enum Counts {
    Micros(i64),
    Months(i64),
}

const SECOND: i64 = 1_000_000;
const MINUTE: i64 = 60 * SECOND;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// Postgres's words for units; a plural `s` is taken off before.
const UNITS: [(&[&str], Counts); 10] = [
    (&["microsecond", "us"], Counts::Micros(1)),
    (&["millisecond", "ms", "msec"], Counts::Micros(1_000)),
    (&["second", "sec", "s"], Counts::Micros(SECOND)),
    (&["minute", "min", "m"], Counts::Micros(MINUTE)),
    (&["hour", "hr", "h"], Counts::Micros(HOUR)),
    (&["day", "d"], Counts::Micros(DAY)),
    (&["week", "w"], Counts::Micros(7 * DAY)),
    (&["month", "mon"], Counts::Months(1)),
    (&["year", "yr", "y"], Counts::Months(12)),
    (&["decade", "dec"], Counts::Months(120)),
];

/// Reads an interval; one that is negative is no time at all.
///
/// ```
/// use std::time::Duration;
/// use jobs_rules::{Step, parse_interval};
///
/// assert_eq!(parse_interval("5 minutes"), Ok(Step::Fixed(Duration::from_secs(300))));
/// assert_eq!(parse_interval("P1Y2M"), Ok(Step::Months(14)));
/// assert!(parse_interval("no time").is_err());
/// ```
///
/// # Errors
/// Quotes the text and shows examples.
pub fn parse_interval(text: &str) -> Result<Step, IntervalError> {
    // Long enough for whatever is one, and short enough to be read at no cost.
    let known = (text.len() <= 200).then(|| text.trim().to_ascii_lowercase());
    known
        .and_then(|text| sum(&text))
        .ok_or_else(|| IntervalError {
            text: text.to_owned(),
        })
}

fn sum(text: &str) -> Option<Step> {
    let (text, sign) = match text.strip_suffix("ago") {
        Some(text) => (text, -1),
        None => (text, 1),
    };
    let parts = match text.strip_prefix('p') {
        Some(iso) => iso_parts(iso)?,
        None => parts(text.trim_start_matches('@'))?,
    };
    let (mut micros, mut months, mut is_mixed) = (0_i64, 0_i64, None);
    for (number, counts) in parts {
        let is_months = matches!(counts, Counts::Months(_));
        if *is_mixed.get_or_insert(is_months) != is_months {
            return None;
        }
        match counts {
            Counts::Micros(unit) => micros = micros.checked_add(times(number, unit)?)?,
            Counts::Months(unit) => months = months.checked_add(times(number, unit)?)?,
        }
    }
    match is_mixed? {
        true => u32::try_from((months * sign).max(0)).ok().map(Step::Months),
        false => Some(Step::Fixed(Duration::from_micros(
            u64::try_from((micros * sign).max(0)).ok()?,
        ))),
    }
}

/// A number of units, to the nearest whole.
fn times(number: f64, unit: i64) -> Option<i64> {
    let product = (number * unit as f64).round();
    (product.abs() < (i64::MAX / 4) as f64).then_some(product as i64)
}

/// `1 day 2 hours`, `1 day 02:00`, `90 min`.
fn parts(text: &str) -> Option<Vec<(f64, Counts)>> {
    let mut parts = Vec::new();
    let mut rest = text.trim();
    while !rest.is_empty() {
        let end = rest.find(|c: char| !(c.is_ascii_digit() || "+-.:".contains(c)));
        let (number, after) = rest.split_at(end.unwrap_or(rest.len()));
        if number.contains(':') {
            parts.push((clock(number)?, Counts::Micros(SECOND)));
            rest = after.trim_start();
            continue;
        }
        let after = after.trim_start();
        let end = after.find(|c: char| !c.is_ascii_alphabetic());
        let (word, after) = after.split_at(end.unwrap_or(after.len()));
        parts.push((number.parse().ok()?, unit(word)?));
        rest = after.trim_start();
    }
    Some(parts)
}

/// `4dt12h30m5s`, what follows the `P` of ISO 8601.
fn iso_parts(text: &str) -> Option<Vec<(f64, Counts)>> {
    let (date, time) = text.split_once('t').unwrap_or((text, ""));
    let date_unit = |letter: &str| match letter {
        "y" | "d" | "w" => unit(letter),
        "m" => Some(Counts::Months(1)),
        _ => None,
    };
    let time_unit = |letter: &str| match letter {
        "h" | "m" | "s" => unit(letter),
        _ => None,
    };
    let mut parts = Vec::new();
    let mut read = |mut rest: &str, unit: &dyn Fn(&str) -> Option<Counts>| {
        while !rest.is_empty() {
            let end = rest.find(|c: char| c.is_ascii_alphabetic())?;
            let (number, after) = rest.split_at(end);
            let (letter, after) = after.split_at(1);
            parts.push((number.parse().ok()?, unit(letter)?));
            rest = after;
        }
        Some(())
    };
    read(date, &date_unit)?;
    read(time, &time_unit)?;
    Some(parts)
}

fn unit(word: &str) -> Option<Counts> {
    let names = |word: &str| {
        let found = UNITS.iter().find(|(words, _)| words.contains(&word));
        found.map(|(_, counts)| *counts)
    };
    names(word).or_else(|| names(word.strip_suffix('s')?))
}

/// `[-]HH:MM[:SS[.fraction]]` in seconds.
fn clock(text: &str) -> Option<f64> {
    let (text, sign) = match text.strip_prefix('-') {
        Some(text) => (text, -1.0),
        None => (text.strip_prefix('+').unwrap_or(text), 1.0),
    };
    let mut fields = text.split(':');
    let mut field = || -> Option<f64> {
        let field = fields.next()?;
        field
            .starts_with(|c: char| c.is_ascii_digit())
            .then(|| field.parse().ok())?
    };
    let (hours, minutes) = (field()?, field()?);
    let seconds = field().unwrap_or(0.0);
    let is_clock = minutes < 60.0 && seconds < 60.0 && fields.next().is_none();
    is_clock.then_some(sign * (hours * 3600.0 + minutes * 60.0 + seconds))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_postgres_reads_as_an_interval_is_read_alike() {
        for (text, seconds) in [
            ("5 minutes", 300.0),
            ("1 day 12 hours", 129_600.0),
            ("1 day 02:03:04.5", 93_784.5),
            ("01:30", 5_400.0),
            ("PT1H", 3_600.0),
            ("P1DT2H3M4.5S", 93_784.5),
            ("p2w", 1_209_600.0),
            ("1.5 hours", 5_400.0),
            ("2h30m", 9_000.0),
            ("@ 1 min", 60.0),
            ("250 ms", 0.25),
            ("-5 minutes", 0.0),
            ("5 minutes ago", 0.0),
        ] {
            let expected = Step::Fixed(Duration::from_secs_f64(seconds));
            assert_eq!(parse_interval(text), Ok(expected), "{text}");
        }
        for (text, months) in [("1 year 2 mons", 14), ("P1Y2M", 14), ("3 months", 3)] {
            assert_eq!(parse_interval(text), Ok(Step::Months(months)), "{text}");
        }
    }

    #[test]
    fn what_is_not_an_interval_is_quoted_with_examples() {
        let long = "9".repeat(1_000_000);
        for text in [
            "",
            "no time",
            "5",
            "5 parsecs",
            "1:2:3:4",
            "1:75",
            "P",
            "PT",
            "1 month 2 days",
            "1e9 years",
            "1 day x",
            "99999999999999999999 years",
            "P1H",
            "minutes",
            "é",
            &long,
        ] {
            let error = parse_interval(text).unwrap_err().to_string();
            assert!(error.contains("`PT1H30M`") && error.len() < 700, "{error}");
        }
    }
}
