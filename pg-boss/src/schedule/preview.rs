//! When a schedule fires, computed without a database.

use chrono::{DateTime, Datelike, Utc};
use jobs_rules::{Error, ErrorKind};
use jobs_rules::{Recurrence, shorten};

use crate::Boss;

/// The default number of times (that of pg-boss 12.38).
const USUAL_COUNT: usize = 5;

/// The maximum number of times (pg-boss 12.38's `previewScheduleMaxCount`).
const MAX_PREVIEW: usize = 1_000;

/// The last year in which a preview may begin: the last that a text of a date can have.
const LAST_YEAR: i32 = 9_999;

/// What to preview with [`Boss::preview_schedule`]: an expression in UTC, the next five times from now on, unless told
/// otherwise.
#[derive(Debug, Clone)]
#[must_use]
pub struct SchedulePreview {
    expression: String,
    tz: Option<String>,
    from: Option<DateTime<Utc>>,
    count: usize,
}

impl SchedulePreview {
    /// Previews a cron expression or a recurrence rule of RFC 5545, as a schedule has.
    pub fn of(expression: impl Into<String>) -> Self {
        Self {
            expression: expression.into(),
            tz: None,
            from: None,
            count: USUAL_COUNT,
        }
    }

    /// Sets the time zone: an IANA name, or an offset such as `+05:30`.
    pub fn tz(mut self, zone: impl Into<String>) -> Self {
        self.tz = Some(zone.into());
        self
    }

    /// Returns the times after this instant, without the instant itself. The default is now, by this machine's clock.
    pub const fn from(mut self, instant: DateTime<Utc>) -> Self {
        self.from = Some(instant);
        self
    }

    /// Sets the number of times: 1 to 1,000.
    pub const fn count(mut self, count: usize) -> Self {
        self.count = count;
        self
    }
}

impl Boss {
    /// Tells when a schedule would fire: fewer times than asked for if it ends before.
    ///
    /// These are the times at which the schedule submits jobs, here and in Node. A cron expression has no time for an hour that the
    /// clock skips in spring, and two for an hour that it repeats in autumn. (pg-boss's own `previewSchedule` lists one for each.)
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
    /// [`BadInput`](ErrorKind::BadInput) if the count or the instant is out of range, or if the expression or the zone is not valid.
    pub fn preview_schedule(preview: &SchedulePreview) -> Result<Vec<DateTime<Utc>>, Error> {
        let SchedulePreview {
            expression,
            tz,
            from,
            count,
        } = preview;
        let recurrence = Recurrence::parse(expression, tz.as_deref()).map_err(|error| {
            let message = format!("cannot preview the schedule `{}`", shorten(expression));
            Error::because(ErrorKind::BadInput, message, &error)
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
