//! Time zones: IANA names and fixed offsets.

mod legacy;

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, FixedOffset, NaiveDateTime, Offset, TimeDelta, TimeZone, Utc};
use chrono_tz::{TZ_VARIANTS, Tz};

const SECOND: TimeDelta = TimeDelta::seconds(1);

/// No zone changes its offset and changes it back within so short a time.
const PROBE: TimeDelta = TimeDelta::days(1);

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

    /// Reads what the row of a schedule may hold: also the three letters that Node takes for a zone, `PST` or `IST`. They are
    /// not what one thinks (`BST` is Dhaka's time), so nothing else takes them.
    ///
    /// # Errors
    /// As [`Zone::parse`].
    pub fn parse_stored(text: &str) -> Result<Self, ZoneError> {
        Self::parse(text).or_else(|error| {
            let zone = legacy::zone(text).ok_or(error)?;
            Ok(Self {
                text: text.to_owned(),
                rules: Rules::Named(zone),
            })
        })
    }

    /// Returns UTC.
    #[must_use]
    pub fn utc() -> Self {
        Self {
            text: "UTC".to_owned(),
            rules: Rules::Named(Tz::UTC),
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

    /// Returns the first instant at which clocks on the wall show `local`; none if they skip it.
    #[must_use]
    pub fn first_showing(&self, local: NaiveDateTime) -> Option<DateTime<Utc>> {
        let earliest = match self.rules {
            Rules::Named(zone) => zone.from_local_datetime(&local).earliest()?.to_utc(),
            Rules::Fixed(offset) => offset.from_local_datetime(&local).earliest()?.to_utc(),
        };
        Some(earliest)
    }

    /// Returns the first instant in (from, to] with another offset than `from`.
    #[must_use]
    pub fn first_change(&self, from: DateTime<Utc>, to: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let offset = self.offset_at(from);
        let mut same = from;
        while same < to {
            let probe = same
                .checked_add_signed(PROBE)
                .map_or(to, |probe| probe.min(to));
            if self.offset_at(probe) != offset {
                return Some(boundary(same, probe, |at| self.offset_at(at) == offset));
            }
            same = probe;
        }
        None
    }

    /// Returns the first instant of the offset in force at `to`, if it lies in (from, to].
    #[must_use]
    pub fn last_change(&self, from: DateTime<Utc>, to: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let offset = self.offset_at(to);
        let mut same = to;
        while same > from {
            let probe = same
                .checked_sub_signed(PROBE)
                .map_or(from, |probe| probe.max(from));
            if self.offset_at(probe) != offset {
                return Some(boundary(probe, same, |at| self.offset_at(at) != offset));
            }
            same = probe;
        }
        None
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

/// Returns the first second in (low, high] that is no longer `before`, by halving.
fn boundary(
    low: DateTime<Utc>,
    high: DateTime<Utc>,
    before: impl Fn(DateTime<Utc>) -> bool,
) -> DateTime<Utc> {
    let (mut low, mut high) = (low, high);
    while high - low > SECOND {
        let middle = low + TimeDelta::seconds((high - low).num_seconds() / 2);
        if before(middle) {
            low = middle;
        } else {
            high = middle;
        }
    }
    high
}

fn named(text: &str) -> Option<Tz> {
    // The exact spelling is the usual one, and a table look-up; only other cases walk the list.
    text.parse().ok().or_else(|| {
        TZ_VARIANTS
            .into_iter()
            .find(|zone| zone.name().eq_ignore_ascii_case(text))
    })
}

/// Reads `+05:30`, `+0530`, `+05`; after `UTC` one digit of hours is enough, and minutes have their colon.
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
        (None, 4) if digits.is_ascii() && after_utc.is_none() => digits.split_at(2),
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

/// Abbreviations that people write for zones, and the zone that they most often mean. `EST`, `MST` and `CET` are names of zones
/// themselves.
const ABBREVIATIONS: [(&str, &str); 13] = [
    ("PST", "America/Los_Angeles"),
    ("PDT", "America/Los_Angeles"),
    ("MDT", "America/Denver"),
    ("CST", "America/Chicago"),
    ("CDT", "America/Chicago"),
    ("EDT", "America/New_York"),
    ("BST", "Europe/London"),
    ("CEST", "Europe/Berlin"),
    ("IST", "Asia/Kolkata"),
    ("JST", "Asia/Tokyo"),
    ("KST", "Asia/Seoul"),
    ("AEST", "Australia/Sydney"),
    ("AEDT", "Australia/Sydney"),
];

fn hint(text: &str) -> String {
    let is_it = |(letters, _): &&(&str, &str)| letters.eq_ignore_ascii_case(text);
    if let Some((_, zone)) = ABBREVIATIONS.iter().find(is_it) {
        return format!(
            "an abbreviation does not say which zone is meant; write its name, such as `{zone}`"
        );
    }
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
mod tests;
