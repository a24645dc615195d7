//! Durations as people write them: `90s`, `15m`, `1h 30m`, `5 minutes`.

use std::time::Duration;

/// The words of each unit, as the crate `humantime` has them, and its milliseconds; longest first.
const UNITS: [(&[&str], u64); 6] = [
    (&["w", "week", "weeks"], 604_800_000),
    (&["d", "day", "days"], 86_400_000),
    (&["h", "hr", "hrs", "hour", "hours"], 3_600_000),
    (&["m", "min", "mins", "minute", "minutes"], 60_000),
    (&["s", "sec", "secs", "second", "seconds"], 1_000),
    (&["ms", "msec", "millis", "millisecond", "milliseconds"], 1),
];

/// Why a text is not a duration.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DurationError {
    /// A number without a unit.
    #[error(
        "duration `{text}` has no unit; write `{text}s` for seconds, or use ms, s, m, h, d or w"
    )]
    NoUnit {
        /// The text as written.
        text: String,
    },
    /// A unit that does not exist.
    #[error(
        "duration `{text}` has the unknown unit `{unit}`; the units are ms, s, m, h, d and w, as in `90s`, `1h 30m` or `5 minutes`"
    )]
    UnknownUnit {
        /// The text as written.
        text: String,
        /// The unit in it.
        unit: String,
    },
    /// The units do not go from long to short, each once.
    #[error("duration `{text}` must name its units from long to short, each once, as in `1d2h30m`")]
    Order {
        /// The text as written.
        text: String,
    },
    /// It is not a number followed by a unit.
    #[error(
        "duration {text:?} is not understood; write a whole number and a unit (ms, s, m, h, d or w), as in `90s`, `1h 30m` or `5 minutes`"
    )]
    Malformed {
        /// The text as written.
        text: String,
    },
    /// More than can be counted.
    #[error("duration `{text}` is too long")]
    TooLong {
        /// The text as written.
        text: String,
    },
}

/// Reads a duration such as `250ms`, `90s`, `15m`, `2h`, `7d`, `1h30m` or `1h 30m`. The units may be words: `5 minutes`, `30 secs`.
///
/// # Errors
/// Quotes the text and says what to write.
pub fn parse_duration(text: &str) -> Result<Duration, DurationError> {
    let written = || text.to_owned();
    let mut rest = text.trim();
    if !rest.starts_with(|c: char| c.is_ascii_digit()) {
        return Err(DurationError::Malformed { text: written() });
    }
    let (mut total, mut shorter_than) = (0u64, 0);
    while !rest.is_empty() {
        let (number, after) = split_where(rest, |c| !c.is_ascii_digit());
        let (unit, after) = split_where(after.trim_start(), |c| !c.is_alphabetic());
        if number.is_empty() || (unit.is_empty() && !after.is_empty()) {
            return Err(DurationError::Malformed { text: written() });
        }
        if unit.is_empty() {
            return Err(DurationError::NoUnit { text: written() });
        }
        let place = UNITS.iter().position(|(words, _)| words.contains(&unit));
        let place = place.ok_or_else(|| DurationError::UnknownUnit {
            text: written(),
            unit: unit.to_owned(),
        })?;
        if place < shorter_than {
            return Err(DurationError::Order { text: written() });
        }
        let part = number
            .parse::<u64>()
            .ok()
            .and_then(|n| n.checked_mul(UNITS[place].1));
        let sum = part.and_then(|part| total.checked_add(part));
        total = sum.ok_or_else(|| DurationError::TooLong { text: written() })?;
        shorter_than = place + 1;
        rest = after.trim_start();
    }
    Ok(Duration::from_millis(total))
}

fn split_where(text: &str, ends: impl Fn(char) -> bool) -> (&str, &str) {
    text.split_at(text.find(ends).unwrap_or(text.len()))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{DurationError, parse_duration};

    #[test]
    fn numbers_with_units_are_read() {
        let cases = [
            ("250ms", 250),
            ("90s", 90_000),
            ("15m", 900_000),
            ("2h", 7_200_000),
            ("7d", 604_800_000),
        ];
        for (text, millis) in cases {
            assert_eq!(
                parse_duration(text),
                Ok(Duration::from_millis(millis)),
                "{text}"
            );
        }
        assert_eq!(parse_duration("1h30m"), Ok(Duration::from_secs(5400)));
        assert_eq!(
            parse_duration("1d2h3m4s5ms"),
            Ok(Duration::from_millis(93_784_005))
        );
        assert_eq!(parse_duration(" 0s "), Ok(Duration::ZERO));
    }

    #[test]
    fn units_may_be_words_and_parts_may_have_spaces_between_them() {
        let cases = [
            ("5 minutes", 300),
            ("1 minute", 60),
            ("1h 30m", 5_400),
            ("1 hour 30 mins", 5_400),
            ("1hr 30min", 5_400),
            ("30 secs", 30),
            ("90 seconds", 90),
            ("2 days  12hours", 216_000),
            ("2w", 1_209_600),
            ("1 week 1 day", 691_200),
        ];
        for (text, seconds) in cases {
            assert_eq!(
                parse_duration(text),
                Ok(Duration::from_secs(seconds)),
                "{text}"
            );
        }
        assert_eq!(
            parse_duration("1 s 250 millis"),
            Ok(Duration::from_millis(1_250))
        );
    }

    #[test]
    fn a_bare_number_is_told_to_take_a_unit() {
        let error = parse_duration("90").unwrap_err();
        assert_eq!(
            error.to_string(),
            "duration `90` has no unit; write `90s` for seconds, or use ms, s, m, h, d or w"
        );
        for text in ["1h30", "1h 30", "1 h 30 "] {
            assert!(
                matches!(parse_duration(text), Err(DurationError::NoUnit { .. })),
                "{text}"
            );
        }
    }

    #[test]
    fn an_unknown_unit_is_named() {
        // The length of a month or a year differs; `run_in` takes them.
        for (text, unit) in [
            ("2 months", "months"),
            ("1y", "y"),
            ("5 Minutes", "Minutes"),
        ] {
            let error = parse_duration(text).unwrap_err().to_string();
            assert!(
                error.contains(&format!("`{text}` has the unknown unit `{unit}`"))
                    && error.contains("ms, s, m, h, d and w"),
                "{error}"
            );
        }
    }

    #[test]
    fn units_out_of_order_or_twice_are_refused() {
        for text in ["30m1h", "1h1h", "5ms1s", "1 min 1 minute", "1d 1w"] {
            assert!(
                matches!(parse_duration(text), Err(DurationError::Order { .. })),
                "{text}"
            );
        }
    }

    #[test]
    fn what_is_no_duration_or_too_long_is_refused() {
        for text in [
            "",
            "s",
            "-5s",
            "1.5h",
            "1h, 30m",
            "1h and 30m",
            "abc",
            "5s!",
            "五s",
        ] {
            assert!(
                matches!(parse_duration(text), Err(DurationError::Malformed { .. })),
                "{text}"
            );
        }
        for text in [
            "213503982335d",
            "99999999999999999999s",
            "213503982334d99999999999h",
        ] {
            assert!(
                matches!(parse_duration(text), Err(DurationError::TooLong { .. })),
                "{text}"
            );
        }
    }
}
