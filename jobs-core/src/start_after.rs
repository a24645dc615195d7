//! When a job is due: every form that `delay`, `run_at` and `run_in` take.

use std::time::{Duration, SystemTime};

use chrono::{DateTime, Datelike, SecondsFormat, TimeDelta, TimeZone, Utc};
use jobs_rules::{Step, Unit, UnknownUnit, parse_instant};

use crate::{Error, ErrorKind};

const YEARS: u32 = 1_000;
const LONGEST: Duration = Duration::from_secs(YEARS as u64 * 366 * 86_400);

/// When a job is due. The distances count from the moment at which the database stores the job, by its clock.
#[derive(Debug, Clone, PartialEq)]
pub enum StartAfter {
    /// At once.
    Now,
    /// After this time.
    In(Duration),
    /// After this number of calendar months: a month after 31 January is the last day of February.
    InMonths(u32),
    /// At this instant.
    At(DateTime<Utc>),
}

impl StartAfter {
    /// The text that pg-boss's rule reads as the same: an instant in UTC, or an interval of Postgres.
    pub fn to_text(&self) -> String {
        match self {
            Self::Now => "0".into(),
            Self::In(after) => format!("{}.{:06} seconds", after.as_secs(), after.subsec_micros()),
            Self::InMonths(months) => format!("{months} months"),
            Self::At(instant) => instant.to_rfc3339_opts(SecondsFormat::Micros, true),
        }
    }

    /// Checks that every program can read the row of such a job: a date from year 1 to year 9999, or at most 1,000 years from
    /// now.
    ///
    /// # Errors
    /// [`ErrorKind::BadInput`] naming the bound.
    pub fn check(&self) -> Result<(), Error> {
        let is_in_bounds = match self {
            Self::Now => true,
            Self::In(after) => *after <= LONGEST,
            Self::InMonths(months) => *months <= 12 * YEARS,
            Self::At(instant) => (1..=9999).contains(&instant.year()),
        };
        match is_in_bounds {
            true => Ok(()),
            false => Err(Error::new(
                ErrorKind::BadInput,
                format!(
                    "a job cannot be due at `{}`: dates go from year 1 to year 9999, and delays to {YEARS} years",
                    self.to_text()
                ),
            )),
        }
    }
}

/// What `delay` takes: whole seconds, a [`Duration`], a date, or an RFC 3339 text.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no delay",
    label = "not a delay",
    note = "write seconds (`10`), a `Duration`, an RFC 3339 text (\"2030-01-01T00:00:00Z\") or a chrono `DateTime`"
)]
pub trait IntoStartAfter {
    /// Reads it.
    ///
    /// # Errors
    /// [`ErrorKind::BadInput`] quoting what it cannot read.
    fn into_start_after(self) -> Result<StartAfter, Error>;
}

/// What `run_at` takes: a chrono `DateTime` of any zone, a [`SystemTime`], or an RFC 3339 text.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no point in time",
    label = "not an instant",
    note = "write a chrono `DateTime`, a `SystemTime` or an RFC 3339 text; for a time from now use `run_in(n, unit)`"
)]
pub trait IntoInstant {
    /// Reads it.
    ///
    /// # Errors
    /// [`ErrorKind::BadInput`] quoting what it cannot read.
    fn into_instant(self) -> Result<DateTime<Utc>, Error>;
}

impl<Tz: TimeZone> IntoInstant for DateTime<Tz> {
    fn into_instant(self) -> Result<DateTime<Utc>, Error> {
        Ok(self.to_utc())
    }
}

impl IntoInstant for SystemTime {
    fn into_instant(self) -> Result<DateTime<Utc>, Error> {
        Ok(self.into())
    }
}

impl IntoInstant for &str {
    fn into_instant(self) -> Result<DateTime<Utc>, Error> {
        parse_instant(self).map_err(|error| Error::new(ErrorKind::BadInput, error.to_string()))
    }
}

impl IntoInstant for String {
    fn into_instant(self) -> Result<DateTime<Utc>, Error> {
        self.as_str().into_instant()
    }
}

impl IntoStartAfter for StartAfter {
    fn into_start_after(self) -> Result<StartAfter, Error> {
        Ok(self)
    }
}

impl<Tz: TimeZone> IntoStartAfter for DateTime<Tz> {
    fn into_start_after(self) -> Result<StartAfter, Error> {
        self.into_instant().map(StartAfter::At)
    }
}

impl IntoStartAfter for SystemTime {
    fn into_start_after(self) -> Result<StartAfter, Error> {
        self.into_instant().map(StartAfter::At)
    }
}

impl IntoStartAfter for &str {
    fn into_start_after(self) -> Result<StartAfter, Error> {
        let instant = self.into_instant().map_err(|error| {
            let message = format!("{error}; for a time from now give seconds or a `Duration`");
            Error::new(ErrorKind::BadInput, message)
        })?;
        Ok(StartAfter::At(instant))
    }
}

impl IntoStartAfter for String {
    fn into_start_after(self) -> Result<StartAfter, Error> {
        self.as_str().into_start_after()
    }
}

impl IntoStartAfter for Duration {
    fn into_start_after(self) -> Result<StartAfter, Error> {
        Ok(StartAfter::In(self))
    }
}

// As in pg-boss, a time that is already over means now.
impl IntoStartAfter for TimeDelta {
    fn into_start_after(self) -> Result<StartAfter, Error> {
        Ok(self.to_std().map_or(StartAfter::Now, StartAfter::In))
    }
}

macro_rules! seconds {
    ($($integer:ty)*) => {$(
        impl IntoStartAfter for $integer {
            fn into_start_after(self) -> Result<StartAfter, Error> {
                // As in pg-boss, a time that is already over means now.
                Ok(u64::try_from(self).map_or(StartAfter::Now, |seconds| StartAfter::In(Duration::from_secs(seconds))))
            }
        }
    )*};
}

seconds!(i32 i64 u8 u16 u32 u64 usize);

/// What names a [`Unit`]: the unit itself, or its English word, singular or plural.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no unit of time",
    label = "not a unit",
    note = "write `Unit::Seconds`, or the word: \"seconds\""
)]
pub trait IntoUnit {
    /// Reads it.
    ///
    /// # Errors
    /// [`ErrorKind::BadInput`] listing the known units.
    fn into_unit(self) -> Result<Unit, Error>;
}

impl IntoUnit for Unit {
    fn into_unit(self) -> Result<Unit, Error> {
        Ok(self)
    }
}

impl IntoUnit for &str {
    fn into_unit(self) -> Result<Unit, Error> {
        self.parse()
            .map_err(|error: UnknownUnit| Error::new(ErrorKind::BadInput, error.to_string()))
    }
}

/// `n` units from now.
pub(crate) fn in_units(n: impl TryInto<i64>, unit: impl IntoUnit) -> Result<StartAfter, Error> {
    let refuse = |message: String| Error::new(ErrorKind::BadInput, message);
    let unit = unit.into_unit()?;
    let n = n
        .try_into()
        .map_err(|_| refuse(format!("this number of {unit} is too long a time")))?;
    // As in pg-boss, a time that is already over means now.
    let n = u64::try_from(n).unwrap_or(0);
    match unit.times(n).map_err(|error| refuse(error.to_string()))? {
        Step::Fixed(after) => Ok(StartAfter::In(after)),
        Step::Months(months) => Ok(StartAfter::InMonths(months)),
    }
}
