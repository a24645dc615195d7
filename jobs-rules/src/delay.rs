//! How long a job waits: a length of time, or until a point in time.

use std::time::Duration;

use chrono::{DateTime, Utc};

use crate::instant::{has_full_date, parse_instant};
use crate::{DurationError, InstantError, parse_duration};

/// The longest delay: ten years. A greater number is nearly always a Unix time that was taken for a number of seconds.
pub const LONGEST_DELAY: Duration = Duration::from_secs(3_653 * 86_400);

/// A delay as it was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Delay {
    /// So long, from the moment at which the job is stored.
    For(Duration),
    /// Until this instant.
    Until(DateTime<Utc>),
}

/// Why something is not a delay.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DelayError {
    /// The text is neither a duration nor a date.
    #[error(
        "{text:?} is not a delay; write a duration such as `90s` or `5 minutes`, or a date and time such as `2030-01-02T03:04:05Z`"
    )]
    Malformed {
        /// The text as written.
        text: String,
    },
    /// The text begins like a duration.
    #[error(transparent)]
    Duration(#[from] DurationError),
    /// The text begins like a date.
    #[error(transparent)]
    Instant(#[from] InstantError),
    /// It lies in the past.
    #[error("the delay {given} is negative; a job that is due at once needs no delay")]
    Negative {
        /// The number as written.
        given: String,
    },
    /// It is longer than [`LONGEST_DELAY`].
    #[error(
        "the delay of {seconds} seconds is longer than ten years; if it is a Unix time, pass it to `run_at` as a date"
    )]
    TooLong {
        /// The whole seconds in it.
        seconds: u64,
    },
}

/// Reads a delay: a duration as [`parse_duration`] reads it, or a date and time as [`parse_instant`] does.
///
/// # Errors
/// Quotes the text and says what to write.
pub fn parse_delay(text: &str) -> Result<Delay, DelayError> {
    let trimmed = text.trim();
    if has_full_date(trimmed) {
        return Ok(Delay::Until(parse_instant(text)?));
    }
    if trimmed.starts_with(|c: char| c.is_ascii_digit()) {
        return check_delay(parse_duration(text)?).map(Delay::For);
    }
    Err(DelayError::Malformed {
        text: text.to_owned(),
    })
}

/// Checks that a delay is not longer than [`LONGEST_DELAY`].
///
/// # Errors
/// If it is.
pub fn check_delay(delay: Duration) -> Result<Duration, DelayError> {
    match delay > LONGEST_DELAY {
        true => Err(DelayError::TooLong {
            seconds: delay.as_secs(),
        }),
        false => Ok(delay),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{Delay, DelayError, LONGEST_DELAY, check_delay, parse_delay};
    use crate::parse_instant;

    #[test]
    fn durations_and_dates_are_read() {
        let cases = [
            ("10s", 10),
            (" 1h30m ", 5400),
            ("90m", 5400),
            ("1h 30 minutes", 5400),
            ("0s", 0),
        ];
        for (text, seconds) in cases {
            let delay = Delay::For(Duration::from_secs(seconds));
            assert_eq!(parse_delay(text), Ok(delay), "{text}");
        }
        for text in [
            "2030-01-02",
            "2030-01-02T03:04:05+05:30",
            "2030-01-02 03:04",
        ] {
            let until = Delay::Until(parse_instant(text).unwrap());
            assert_eq!(parse_delay(text), Ok(until), "{text}");
        }
    }

    #[test]
    fn what_is_wrong_is_said_of_what_was_meant() {
        let cases = [
            ("90", "duration `90` has no unit; write `90s`"),
            ("10, 5s", "duration \"10, 5s\" is not understood"),
            ("2030-13-01", "\"2030-13-01\" is not a date and time"),
            (
                "tomorrow",
                "\"tomorrow\" is not a delay; write a duration such as `90s`",
            ),
            ("", "\"\" is not a delay"),
            ("-5s", "\"-5s\" is not a delay"),
            (
                "4000d",
                "the delay of 345600000 seconds is longer than ten years",
            ),
        ];
        for (text, message) in cases {
            let error = parse_delay(text).unwrap_err().to_string();
            assert!(error.starts_with(message), "{text}: {error}");
        }
    }

    #[test]
    fn ten_years_are_the_longest_delay() {
        assert_eq!(check_delay(LONGEST_DELAY), Ok(LONGEST_DELAY));
        let unix_time = Duration::from_secs(1_704_067_200);
        let error = check_delay(unix_time).unwrap_err();
        assert_eq!(
            error,
            DelayError::TooLong {
                seconds: 1_704_067_200
            }
        );
        assert!(error.to_string().contains("`run_at`"));
    }
}
