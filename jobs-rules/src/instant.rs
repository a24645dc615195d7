//! Points in time as text.

use std::ops::RangeInclusive;

use chrono::{DateTime, Datelike, NaiveDate, NaiveDateTime, NaiveTime, Utc};

use crate::{Zone, shorten};

/// The years of instants that are taken: those that chrono, Postgres and RFC 3339 all write and read alike.
pub const YEARS: RangeInclusive<i32> = 1..=9999;

/// Why something is not a point in time that can be stored.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InstantError {
    /// The text is not a date and time.
    #[error(
        "{:?} is not a date and time; write it like `2030-01-02T03:04:05Z`, `2030-01-02T03:04:05+05:30` or `2030-01-02`",
        shorten(text)
    )]
    Malformed {
        /// The text as written.
        text: String,
    },
    /// The year is not one of [`YEARS`].
    #[error("{instant} is out of range; expected a year from {} to {}", YEARS.start(), YEARS.end())]
    OutOfRange {
        /// The instant as written, or as chrono writes it.
        instant: String,
    },
}

/// Reads RFC 3339, and without a zone `2030-01-02`, `2030-01-02T03:04`, `2030-01-02 03:04:05.678`. A text without a zone is in
/// UTC. The name of a zone may follow: `2030-01-02 03:04 Europe/Berlin`.
///
/// # Errors
/// Quotes the text and shows an example.
pub fn parse_instant(text: &str) -> Result<DateTime<Utc>, InstantError> {
    let trimmed = text.trim();
    let instant = zoned(trimmed)
        .or_else(|| zoneless(trimmed))
        .or_else(|| in_named_zone(trimmed))
        .ok_or_else(|| InstantError::Malformed {
            text: text.to_owned(),
        })?;
    check_instant(instant)
}

/// Checks that the year of an instant is one of [`YEARS`].
///
/// # Errors
/// If it is not.
pub fn check_instant(instant: DateTime<Utc>) -> Result<DateTime<Utc>, InstantError> {
    match YEARS.contains(&instant.year()) {
        true => Ok(instant),
        false => Err(InstantError::OutOfRange {
            instant: instant.to_string(),
        }),
    }
}

fn zoned(text: &str) -> Option<DateTime<Utc>> {
    if let Ok(instant) = DateTime::parse_from_rfc3339(text) {
        return Some(instant.to_utc());
    }
    // RFC 3339 wants seconds; people leave them out.
    let formats = ["%Y-%m-%dT%H:%M%:z", "%Y-%m-%d %H:%M%:z"];
    let text = text
        .strip_suffix(['Z', 'z'])
        .map_or_else(|| text.to_owned(), |bare| format!("{bare}+00:00"));
    let read = |format: &&str| DateTime::parse_from_str(&text, format).ok();
    formats
        .iter()
        .find_map(read)
        .map(|instant| instant.to_utc())
        .filter(|_| has_full_date(&text))
}

fn zoneless(text: &str) -> Option<DateTime<Utc>> {
    if !has_full_date(text) {
        return None;
    }
    if let Ok(date) = NaiveDate::parse_from_str(text, "%Y-%m-%d") {
        return Some(date.and_time(NaiveTime::MIN).and_utc());
    }
    let formats = [
        "%Y-%m-%dT%H",
        "%Y-%m-%d %H",
        "%Y-%m-%dT%H:%M",
        "%Y-%m-%d %H:%M",
        "%Y-%m-%dT%H:%M:%S%.f",
        "%Y-%m-%d %H:%M:%S%.f",
    ];
    // chrono reads an hour only together with its minutes.
    let with_minutes = if text.len() == 13 {
        format!("{text}:00")
    } else {
        text.to_owned()
    };
    let read = |format: &&str| NaiveDateTime::parse_from_str(&with_minutes, format).ok();
    formats.iter().find_map(read).map(|local| local.and_utc())
}

fn in_named_zone(text: &str) -> Option<DateTime<Utc>> {
    let (local, zone) = text.rsplit_once(' ')?;
    let local = zoneless(local)?.naive_utc();
    Zone::parse(zone).ok()?.first_showing(local)
}

/// Whether it begins with a date: chrono also reads `2030-1-2`, which pg-boss would not take for one.
pub(crate) fn has_full_date(text: &str) -> bool {
    let bytes = text.as_bytes();
    let digits = |range: std::ops::Range<usize>| bytes[range].iter().all(u8::is_ascii_digit);
    bytes.len() >= 10
        && digits(0..4)
        && bytes[4] == b'-'
        && digits(5..7)
        && bytes[7] == b'-'
        && digits(8..10)
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, Utc};

    use super::{InstantError, check_instant, parse_instant};

    #[test]
    fn zoned_and_zoneless_forms_are_read() {
        let cases = [
            ("2030-01-02T03:04:05Z", "2030-01-02T03:04:05+00:00"),
            ("2030-01-02T03:04:05+05:30", "2030-01-01T21:34:05+00:00"),
            (
                "2030-01-02 03:04:05.25-08:00",
                "2030-01-02T11:04:05.250+00:00",
            ),
            ("2030-01-02T03:04Z", "2030-01-02T03:04:00+00:00"),
            ("2030-01-02T03:04+05:30", "2030-01-01T21:34:00+00:00"),
            ("2030-01-02", "2030-01-02T00:00:00+00:00"),
            ("2030-01-02T03", "2030-01-02T03:00:00+00:00"),
            ("2030-01-02 03:04", "2030-01-02T03:04:00+00:00"),
            ("2030-01-02T03:04:05", "2030-01-02T03:04:05+00:00"),
            (
                "2030-01-02 03:04:05 America/New_York",
                "2030-01-02T08:04:05+00:00",
            ),
            (" 2030-01-02 03:04:05.678 ", "2030-01-02T03:04:05.678+00:00"),
        ];
        for (text, expected) in cases {
            assert_eq!(
                parse_instant(text)
                    .map(|instant| instant.to_rfc3339())
                    .as_deref(),
                Ok(expected),
                "{text}"
            );
        }
    }

    #[test]
    fn anything_else_is_quoted_with_an_example() {
        let wrong = [
            "",
            "tomorrow",
            "5 minutes",
            "2030-13-01",
            "2030-02-30",
            "2030-1-2",
            "2030-01",
            "2030-01-02T25:00",
            "é030-01-02x",
        ];
        for text in wrong {
            let error = parse_instant(text).unwrap_err().to_string();
            assert!(
                error.contains(&format!("{text:?}")) && error.contains("`2030-01-02T03:04:05Z`"),
                "{error}"
            );
        }
    }

    #[test]
    fn years_that_postgres_does_not_read_back_are_refused() {
        for instant in [DateTime::<Utc>::MAX_UTC, DateTime::<Utc>::MIN_UTC] {
            let error = check_instant(instant).unwrap_err();
            assert!(matches!(error, InstantError::OutOfRange { .. }), "{error}");
        }
        let error = parse_instant("0000-01-01").unwrap_err().to_string();
        assert!(error.ends_with("expected a year from 1 to 9999"), "{error}");
        assert!(parse_instant("9999-12-31T23:59:59Z").is_ok());
        // Ten hours west of UTC this is the year 10000.
        assert!(parse_instant("9999-12-31T23:59:59-10:00").is_err());
    }
}
