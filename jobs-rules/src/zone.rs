//! Time zones: IANA names and fixed offsets.

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, FixedOffset, NaiveDateTime, Offset, TimeZone, Utc};
use chrono_tz::{TZ_VARIANTS, Tz};

/// A time zone, kept as it was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Zone {
    text: String,
    rules: Rules,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Rules {
    Named(Tz),
    Fixed(FixedOffset),
}

/// A text that names no time zone.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown time zone `{text}`; {hint}")]
pub struct ZoneError {
    text: String,
    hint: String,
}

impl Zone {
    /// The zone without offset.
    pub const UTC_NAME: &'static str = "UTC";

    /// Reads an IANA name in any case, or a fixed offset such as `+05:30` or `UTC+2`.
    ///
    /// # Errors
    /// Names the nearest known zones.
    pub fn parse(text: &str) -> Result<Self, ZoneError> {
        let rules = named(text)
            .map(Rules::Named)
            .or_else(|| fixed(text).map(Rules::Fixed));
        match rules {
            Some(rules) => Ok(Self {
                text: text.to_owned(),
                rules,
            }),
            None => Err(ZoneError {
                text: text.to_owned(),
                hint: hint(text),
            }),
        }
    }

    /// Returns UTC.
    #[must_use]
    pub fn utc() -> Self {
        Self {
            text: Self::UTC_NAME.to_owned(),
            rules: Rules::Named(Tz::UTC),
        }
    }

    /// Returns the zone's IANA rules, unless it is a fixed offset.
    #[must_use]
    pub const fn named(&self) -> Option<Tz> {
        match self.rules {
            Rules::Named(zone) => Some(zone),
            Rules::Fixed(_) => None,
        }
    }

    /// Returns the offset from UTC that is in force at an instant.
    #[must_use]
    pub fn offset_at(&self, instant: DateTime<Utc>) -> FixedOffset {
        match self.rules {
            Rules::Named(zone) => zone.offset_from_utc_datetime(&instant.naive_utc()).fix(),
            Rules::Fixed(offset) => offset,
        }
    }

    /// Returns what clocks on the wall show at an instant.
    #[must_use]
    pub fn local_at(&self, instant: DateTime<Utc>) -> NaiveDateTime {
        instant
            .with_timezone(&self.offset_at(instant))
            .naive_local()
    }

    /// Returns the zone as it was written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

impl fmt::Display for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl FromStr for Zone {
    type Err = ZoneError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse(text)
    }
}

fn named(text: &str) -> Option<Tz> {
    // The exact spelling is the usual one, and a table look-up; only other cases walk the list.
    text.parse().ok().or_else(|| {
        TZ_VARIANTS
            .into_iter()
            .find(|zone| zone.name().eq_ignore_ascii_case(text))
    })
}

/// Reads `+05:30`, `+0530`, `+05`, and after `UTC` also one digit of hours.
fn fixed(text: &str) -> Option<FixedOffset> {
    let after_utc = text
        .get(..3)
        .filter(|head| head.eq_ignore_ascii_case("utc"))
        .map(|_| &text[3..]);
    let signed = after_utc.unwrap_or(text);
    let sign = match signed.as_bytes().first()? {
        b'+' => 1,
        b'-' => -1,
        _ => return None,
    };
    let digits = &signed[1..];
    let (hours, minutes) = match (digits.split_once(':'), digits.len()) {
        (Some(parts), _) => parts,
        (None, 4) if digits.is_ascii() => digits.split_at(2),
        (None, _) => (digits, "00"),
    };
    let hours_fit = hours.len() == 2 || (after_utc.is_some() && hours.len() == 1);
    let all_digits = hours
        .bytes()
        .chain(minutes.bytes())
        .all(|b| b.is_ascii_digit());
    if !hours_fit || minutes.len() != 2 || !all_digits {
        return None;
    }
    let (hours, minutes): (i32, i32) = (hours.parse().ok()?, minutes.parse().ok()?);
    if hours > 23 || minutes > 59 {
        return None;
    }
    FixedOffset::east_opt(sign * (hours * 3600 + minutes * 60))
}

/// How alike a zone must be to be worth naming, and how many are named.
const ALIKE: f64 = 0.8;
const NAMED_AT_MOST: usize = 3;

fn hint(text: &str) -> String {
    let written = text.to_lowercase();
    let last = |name: &str| {
        name.rsplit('/')
            .next()
            .map(str::to_owned)
            .unwrap_or_default()
    };
    // People know the city and forget the continent, so the last part counts alone too.
    let likeness = |name: &str| {
        let name = name.to_lowercase();
        strsim::jaro_winkler(&written, &name)
            .max(strsim::jaro_winkler(&last(&written), &last(&name)))
    };
    let mut near: Vec<(f64, &str)> = TZ_VARIANTS
        .iter()
        .map(|zone| (likeness(zone.name()), zone.name()))
        .filter(|(like, _)| *like >= ALIKE)
        .collect();
    near.sort_by(|(left, _), (right, _)| right.total_cmp(left));
    let names: Vec<_> = near
        .iter()
        .take(NAMED_AT_MOST)
        .map(|(_, name)| format!("`{name}`"))
        .collect();
    match names.is_empty() {
        true => {
            "write an IANA name such as `Europe/Berlin`, or an offset such as `+05:30`".to_owned()
        }
        false => format!("did you mean {}?", names.join(" or ")),
    }
}

#[cfg(test)]
mod tests {
    use super::Zone;
    use crate::parse_instant;

    fn offset(zone: &str, at: &str) -> i32 {
        Zone::parse(zone)
            .unwrap()
            .offset_at(parse_instant(at).unwrap())
            .local_minus_utc()
    }

    #[test]
    fn names_are_read_in_any_case_and_kept_as_written() {
        for name in ["Europe/Berlin", "europe/berlin", "EUROPE/BERLIN"] {
            assert_eq!(offset(name, "2030-01-01"), 3600);
            assert_eq!(offset(name, "2030-07-01"), 7200);
            assert_eq!(Zone::parse(name).unwrap().to_string(), name);
        }
        for name in [
            "UTC",
            "utc",
            "GMT",
            "Etc/UTC",
            "EST",
            "US/Pacific",
            "Asia/Calcutta",
        ] {
            assert!(Zone::parse(name).is_ok(), "{name}");
        }
    }

    #[test]
    fn offsets_are_fixed() {
        let cases = [
            ("+05:30", 19_800),
            ("-08:00", -28_800),
            ("+0530", 19_800),
            ("+05", 18_000),
            ("UTC+2", 7_200),
        ];
        for (zone, seconds) in cases.into_iter().chain([
            ("utc-3:30", -12_600),
            ("UTC+02:00", 7_200),
            ("+14:00", 50_400),
        ]) {
            assert_eq!(offset(zone, "2030-01-01"), seconds, "{zone}");
        }
    }

    #[test]
    fn what_is_no_zone_is_refused() {
        let wrong = [
            "",
            " UTC",
            "UTC ",
            "+5",
            "+5:30",
            "+24:00",
            "+05:60",
            "+05:3",
            "UTC+123",
            "Z",
            "local",
            "Mars/Olympus",
            "+1é",
            "utcé",
            "++1:00",
        ];
        for zone in wrong {
            assert!(Zone::parse(zone).is_err(), "{zone}");
        }
    }

    #[test]
    fn an_unknown_zone_is_told_near_ones() {
        let error = Zone::parse("America/New_Yrok").unwrap_err().to_string();
        assert!(
            error.starts_with(
                "unknown time zone `America/New_Yrok`; did you mean `America/New_York`"
            ),
            "{error}"
        );
        assert!(
            Zone::parse("Berlin")
                .unwrap_err()
                .to_string()
                .contains("`Europe/Berlin`")
        );
        assert!(
            Zone::parse("qqqq")
                .unwrap_err()
                .to_string()
                .contains("write an IANA name")
        );
    }
}
