//! When a job is due: the arguments of `delay`, `run_at` and `run_in`.

mod json;

use std::time::{Duration, SystemTime};

use crate::{
    Delay, DelayError, Step, Unit, UnknownUnit, check_delay, check_instant, parse_delay,
    parse_instant,
};
use chrono::{DateTime, Months, SecondsFormat, TimeDelta, TimeZone, Utc};

use crate::sealed::Sealed;
use crate::{Error, ErrorKind};

const YEARS: u32 = 1_000;
const LONGEST: Duration = Duration::from_secs(YEARS as u64 * 366 * 86_400);

/// When a job is due. Relative times count from the moment at which the executor stores the job, by its clock.
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
    /// Formats it as pg-boss reads it: an instant in UTC, or an interval of Postgres.
    pub fn to_text(&self) -> String {
        match self {
            Self::Now => "0".into(),
            Self::In(after) => format!("{}.{:06} seconds", after.as_secs(), after.subsec_micros()),
            Self::InMonths(months) => format!("{months} months"),
            Self::At(instant) => instant.to_rfc3339_opts(SecondsFormat::Micros, true),
        }
    }

    /// The instant that it names where the clock shows `now`. Beyond the end of time, it is that end.
    pub fn instant(&self, now: DateTime<Utc>) -> DateTime<Utc> {
        let instant = match self {
            Self::Now => Some(now),
            Self::In(after) => TimeDelta::from_std(*after)
                .ok()
                .and_then(|after| now.checked_add_signed(after)),
            Self::InMonths(months) => now.checked_add_months(Months::new(*months)),
            Self::At(instant) => Some(*instant),
        };
        instant.unwrap_or(DateTime::<Utc>::MAX_UTC)
    }

    /// Checks the bounds within which every program can read the job's row: the years 1 to 9999, or at most 1,000 years from now.
    ///
    /// # Errors
    /// [`ErrorKind::BadInput`] if it is out of bounds.
    pub fn check(&self) -> Result<(), Error> {
        let is_in_bounds = match self {
            Self::Now => true,
            Self::In(after) => *after <= LONGEST,
            Self::InMonths(months) => *months <= 12 * YEARS,
            Self::At(instant) => check_instant(*instant).is_ok(),
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

/// The argument of `delay`: whole seconds, a [`Duration`], a date, or a text. A text is a duration (`"90s"`, `"5 minutes"`), or a date and
/// time, which is in UTC if it names no zone.
///
/// A delay is not negative, and at most ten years long; for a later time use `run_at`. Only this crate implements the trait.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a delay",
    label = "not a delay",
    note = "write seconds (`10`), a `Duration`, a text (\"90s\", \"5 minutes\", \"2030-01-01T00:00:00Z\") or a chrono `DateTime`"
)]
pub trait IntoStartAfter: Sealed {
    /// Converts the argument.
    ///
    /// # Errors
    /// [`ErrorKind::BadInput`] quoting the text, or saying which bound it exceeds.
    fn into_start_after(self) -> Result<StartAfter, Error>;
}

/// What `run_at` takes: a chrono `DateTime` of any zone, a [`SystemTime`], or a text as in RFC 3339. A text without a zone is in
/// UTC. The year must be one of [`YEARS`](crate::YEARS).
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a point in time",
    label = "not an instant",
    note = "write a chrono `DateTime`, a `SystemTime` or an RFC 3339 text; for a time from now use `run_in(n, unit)`"
)]
pub trait IntoInstant: Sealed {
    /// Converts the argument.
    ///
    /// # Errors
    /// [`ErrorKind::BadInput`] quoting the text, or saying which bound it exceeds.
    fn into_instant(self) -> Result<DateTime<Utc>, Error>;
}

impl<Tz: TimeZone> IntoInstant for DateTime<Tz> {
    fn into_instant(self) -> Result<DateTime<Utc>, Error> {
        check_instant(self.to_utc()).map_err(refused)
    }
}

impl IntoInstant for SystemTime {
    fn into_instant(self) -> Result<DateTime<Utc>, Error> {
        // chrono's own conversion panics for what lies beyond its range.
        let distance = match self.duration_since(Self::UNIX_EPOCH) {
            Ok(since) => TimeDelta::from_std(since),
            Err(before) => TimeDelta::from_std(before.duration()).map(|before| -before),
        };
        let instant = distance
            .ok()
            .and_then(|distance| DateTime::UNIX_EPOCH.checked_add_signed(distance));
        let out_of_range = || refused(format!("the time {self:?} is out of range"));
        instant.ok_or_else(out_of_range)?.into_instant()
    }
}

impl IntoInstant for &str {
    fn into_instant(self) -> Result<DateTime<Utc>, Error> {
        parse_instant(self).map_err(refused)
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
        match parse_delay(self).map_err(refused)? {
            Delay::For(time) => Ok(StartAfter::In(time)),
            Delay::Until(instant) => Ok(StartAfter::At(instant)),
        }
    }
}

impl IntoStartAfter for String {
    fn into_start_after(self) -> Result<StartAfter, Error> {
        self.as_str().into_start_after()
    }
}

impl IntoStartAfter for Duration {
    fn into_start_after(self) -> Result<StartAfter, Error> {
        check_delay(self).map(StartAfter::In).map_err(refused)
    }
}

impl IntoStartAfter for TimeDelta {
    fn into_start_after(self) -> Result<StartAfter, Error> {
        let delay = self.to_std().map_err(|_| negative(self))?;
        delay.into_start_after()
    }
}

macro_rules! seconds {
    ($($integer:ty)*) => {$(
        impl IntoStartAfter for $integer {
            fn into_start_after(self) -> Result<StartAfter, Error> {
                let seconds = u64::try_from(self).map_err(|_| negative(self))?;
                Duration::from_secs(seconds).into_start_after()
            }
        }
    )*};
}

seconds!(i32 i64 u8 u16 u32 u64 usize);

fn negative(given: impl ToString) -> Error {
    refused(DelayError::Negative {
        given: given.to_string(),
    })
}

fn refused(message: impl ToString) -> Error {
    Error::new(ErrorKind::BadInput, message.to_string())
}

/// A unit of time: a [`Unit`], or its English word, singular or plural. Only this crate implements the trait.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a unit of time",
    label = "not a unit",
    note = "write `Unit::Seconds`, or the word: \"seconds\""
)]
pub trait IntoUnit: Sealed {
    /// Converts the argument.
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
        self.parse().map_err(|error: UnknownUnit| refused(error))
    }
}

/// `n` units from now.
/// So many units from now; `run_in` of a submission.
///
/// # Errors
/// [`ErrorKind::BadInput`] for a unit that is not known, or a number out of bounds.
pub fn in_units(n: impl TryInto<i64>, unit: impl IntoUnit) -> Result<StartAfter, Error> {
    let unit = unit.into_unit()?;
    let n = n
        .try_into()
        .map_err(|_| refused(format!("this number of {unit} is too long a time")))?;
    let n = u64::try_from(n).map_err(|_| negative(format!("{n} {unit}")))?;
    match unit.times(n).map_err(refused)? {
        Step::Fixed(after) => Ok(StartAfter::In(after)),
        Step::Months(months) => Ok(StartAfter::InMonths(months)),
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, SystemTime};

    use chrono::{DateTime, TimeDelta, Utc};

    use super::{Error, IntoInstant, IntoStartAfter, StartAfter, in_units};
    use crate::{ErrorKind, Unit};

    fn refusal<T: std::fmt::Debug>(result: Result<T, Error>) -> String {
        let error = result.expect_err("it is refused");
        assert_eq!(error.kind(), ErrorKind::BadInput);
        error.to_string()
    }

    #[test]
    fn a_text_is_a_duration_or_a_date() {
        let read = |text: &str| text.into_start_after().ok();
        let seconds = |seconds| Some(StartAfter::In(Duration::from_secs(seconds)));
        assert_eq!(read("10s"), seconds(10));
        assert_eq!(read("90m"), seconds(5400));
        let date = DateTime::parse_from_rfc3339("2030-01-01T00:00:00Z").map(|date| date.to_utc());
        assert_eq!(read("2030-01-01 00:00"), date.ok().map(StartAfter::At));
    }

    #[test]
    fn a_delay_counts_from_now_in_seconds_or_on_the_calendar_up_to_the_end_of_time() {
        let date = |text: &str| text.parse::<DateTime<Utc>>().expect("a date");
        let now = date("2030-01-31T10:00:00Z");
        let day = Duration::from_secs(86_400);
        assert_eq!(StartAfter::Now.instant(now), now);
        assert_eq!(StartAfter::In(day).instant(now), now + day);
        let month_later = date("2030-02-28T10:00:00Z");
        assert_eq!(StartAfter::InMonths(1).instant(now), month_later);
        assert_eq!(StartAfter::At(month_later).instant(now), month_later);
        let end = DateTime::<Utc>::MAX_UTC;
        for too_long in [
            StartAfter::In(Duration::MAX),
            StartAfter::InMonths(u32::MAX),
        ] {
            assert_eq!(too_long.instant(now), end);
        }
    }

    #[test]
    fn a_negative_delay_is_refused_with_its_value() {
        for refused in [
            refusal((-5_i32).into_start_after()),
            refusal((-5_i64).into_start_after()),
            refusal(in_units(-5, Unit::Days)),
        ] {
            assert!(refused.contains("-5"), "{refused}");
        }
        let refused = refusal(TimeDelta::seconds(-5).into_start_after());
        assert!(refused.contains("negative"), "{refused}");
    }

    #[test]
    fn a_unix_time_in_place_of_seconds_is_refused() {
        let refused = refusal(1_704_067_200_u64.into_start_after());
        assert!(
            refused.contains("1704067200") && refused.contains("`run_at`"),
            "{refused}"
        );
        refusal(Duration::MAX.into_start_after());
        refusal("4000d".into_start_after());
    }

    #[test]
    fn an_instant_beyond_what_can_be_stored_is_refused() {
        refusal(DateTime::<Utc>::MAX_UTC.into_instant());
        let far = SystemTime::UNIX_EPOCH.checked_add(Duration::from_secs(1 << 60));
        refusal(far.expect("it can be counted").into_instant());
        let long_ago = SystemTime::UNIX_EPOCH.checked_sub(Duration::from_secs(5));
        let instant = long_ago.expect("it can be counted").into_instant();
        assert_eq!(instant.ok().map(|instant| instant.timestamp()), Some(-5));
    }
}
