//! Points in time of rows that are read as JSON, whatever program has written them.

use chrono::{DateTime, NaiveDateTime, Utc};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer};

/// Reads a `timestamptz`; `infinity`, `-infinity` and years beyond chrono's range are the latest or earliest that chrono can hold.
pub(crate) fn instant<'de, D: Deserializer<'de>>(from: D) -> Result<DateTime<Utc>, D::Error> {
    let text = String::deserialize(from)?;
    parse(&text).ok_or_else(|| D::Error::custom(format!("`{text}` is not a point in time")))
}

/// As [`instant`], or null.
pub(crate) fn if_any<'de, D: Deserializer<'de>>(
    from: D,
) -> Result<Option<DateTime<Utc>>, D::Error> {
    let text = Option::<String>::deserialize(from)?;
    text.map(|text| {
        parse(&text).ok_or_else(|| D::Error::custom(format!("`{text}` is not a point in time")))
    })
    .transpose()
}

/// As [`if_any`], for a `timestamp` without zone.
pub(crate) fn local_if_any<'de, D: Deserializer<'de>>(
    from: D,
) -> Result<Option<NaiveDateTime>, D::Error> {
    let text = Option::<String>::deserialize(from)?;
    text.map(|text| {
        let (wall, era) = text
            .strip_suffix(" BC")
            .map_or((&*text, ""), |wall| (wall, " BC"));
        parse(&format!("{wall}Z{era}"))
            .or_else(|| parse(&text))
            .map(|instant| instant.naive_utc())
            .ok_or_else(|| D::Error::custom(format!("`{text}` is not a date and time")))
    })
    .transpose()
}

/// What Postgres writes: `infinity`, or ISO 8601 with a year of four digits or more, and perhaps ` BC` at the end.
fn parse(text: &str) -> Option<DateTime<Utc>> {
    match text {
        "infinity" => return Some(DateTime::<Utc>::MAX_UTC),
        "-infinity" => return Some(DateTime::<Utc>::MIN_UTC),
        _ => {}
    }
    let (date, is_before_christ) = match text.strip_suffix(" BC") {
        Some(date) => (date, true),
        None => (text, false),
    };
    let (sign, date) = match date.strip_prefix(['+', '-']) {
        Some(rest) => (if date.starts_with('-') { -1 } else { 1 }, rest),
        None => (1, date),
    };
    let (year, rest) = date.split_once('-')?;
    let year = sign * year.parse::<i64>().ok()?;
    // The year before year 1 is 1 BC, and 0 to chrono.
    let year = if is_before_christ { 1 - year } else { year };
    let exact = format!("{year:+05}-{rest}").parse().ok();
    exact.or(match year {
        262_142.. => Some(DateTime::<Utc>::MAX_UTC),
        ..=-262_143 => Some(DateTime::<Utc>::MIN_UTC),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_timestamp_of_postgres_is_read() {
        let read = |text: &str| parse(text).map(|instant| instant.to_rfc3339());
        for (text, expected) in [
            (
                "2030-01-02T03:04:05.123456+00:00",
                "2030-01-02T03:04:05.123456+00:00",
            ),
            ("2030-01-02T03:04:05+05:30", "2030-01-01T21:34:05+00:00"),
            ("10000-01-14T00:00:00+00:00", "+10000-01-14T00:00:00+00:00"),
            ("0044-03-15T00:00:00+00:00 BC", "-0043-03-15T00:00:00+00:00"),
            ("0001-01-01T00:00:00+00:00", "0001-01-01T00:00:00+00:00"),
            ("+10000-01-14T00:00:00Z", "+10000-01-14T00:00:00+00:00"),
        ] {
            assert_eq!(read(text).as_deref(), Some(expected), "{text}");
        }
        for text in ["infinity", "294276-12-31T23:59:59+00:00"] {
            assert_eq!(parse(text), Some(DateTime::<Utc>::MAX_UTC), "{text}");
        }
        assert_eq!(parse("-infinity"), Some(DateTime::<Utc>::MIN_UTC));
        for instant in [DateTime::<Utc>::MAX_UTC, DateTime::<Utc>::MIN_UTC] {
            let written = serde_json::to_value(instant).expect("JSON");
            assert_eq!(written.as_str().and_then(parse), Some(instant));
        }
        assert_eq!(parse("tomorrow"), None);
    }
}
