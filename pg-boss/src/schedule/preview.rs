//! When a schedule would fire, computed without a database.

use chrono::{DateTime, Datelike, Utc};
use jobs_rules::{Error, ErrorKind};
use jobs_rules::{Recurrence, shorten};

use crate::Boss;

/// How many times are told if nothing else is asked for (pg-boss 12.38's number).
const USUAL_COUNT: usize = 5;

/// The most that can be asked for (pg-boss 12.38's `previewScheduleMaxCount`).
const MAX_PREVIEW: usize = 1_000;

/// The last year from which can be asked: as far as texts of dates go.
const LAST_YEAR: i32 = 9_999;

/// What to preview with [`Boss::preview_schedule`]: an expression in UTC, the next five times from now on, unless told
/// otherwise.
#[derive(Debug, Clone)]
pub struct SchedulePreview {
    expression: String,
    tz: Option<String>,
    from: Option<DateTime<Utc>>,
    count: usize,
}

impl SchedulePreview {
    /// Takes a cron expression, or a recurrence rule of RFC 5545, as a schedule does.
    pub fn of(expression: impl Into<String>) -> Self {
        Self {
            expression: expression.into(),
            tz: None,
            from: None,
            count: USUAL_COUNT,
        }
    }

    /// Counts in a time zone: an IANA name, or an offset such as `+05:30`.
    #[must_use]
    pub fn tz(mut self, zone: impl Into<String>) -> Self {
        self.tz = Some(zone.into());
        self
    }

    /// Tells the times after this instant, which is itself left out. Otherwise it is now, by this machine's clock.
    #[must_use]
    pub const fn from(mut self, instant: DateTime<Utc>) -> Self {
        self.from = Some(instant);
        self
    }

    /// Tells so many times, 1 to 1000.
    #[must_use]
    pub const fn count(mut self, count: usize) -> Self {
        self.count = count;
        self
    }
}

impl Boss {
    /// Tells when a schedule would fire: fewer times than asked for if it ends before.
    ///
    /// These are the times at which a pass over the schedules files it, here and in Node: of a cron expression, none for what
    /// the clock skips in spring, two for what it shows twice in autumn. (pg-boss's own `previewSchedule` lists one for each.)
    ///
    /// ```
    /// use pg_boss::{Boss, SchedulePreview};
    ///
    /// let mornings = SchedulePreview::of("0 9 * * MON-FRI").tz("Europe/Berlin").count(3);
    /// assert_eq!(Boss::preview_schedule(&mornings)?.len(), 3);
    /// # Ok::<(), pg_boss::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`BadInput`](ErrorKind::BadInput): the count or the instant is out of range, or the expression or the zone cannot be read;
    /// then the source says why.
    pub fn preview_schedule(preview: &SchedulePreview) -> Result<Vec<DateTime<Utc>>, Error> {
        let SchedulePreview {
            expression,
            tz,
            from,
            count,
        } = preview;
        let recurrence = Recurrence::parse(expression, tz.as_deref()).map_err(|error| {
            let message = format!("cannot preview the schedule `{}`", shorten(expression));
            Error::caused_by(ErrorKind::BadInput, message, error)
        })?;
        if !(1..=MAX_PREVIEW).contains(count) {
            return Err(Error::new(
                ErrorKind::BadInput,
                format!("cannot preview {count} times of a schedule; ask for 1 to {MAX_PREVIEW}"),
            ));
        }
        let from = from.unwrap_or_else(Utc::now);
        if from.year() > LAST_YEAR {
            return Err(Error::new(
                ErrorKind::BadInput,
                format!("cannot preview a schedule from {from}; ask for a year up to {LAST_YEAR}"),
            ));
        }
        Ok(recurrence.next(from, *count))
    }
}

#[cfg(test)]
mod tests;
