//! Whether a value lies within the bounds of its option, and what to say if not.

use std::time::Duration;

use super::{JobOption, OptionKind};

/// Why an option cannot be used as written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum OptionError {
    /// There is no option of that name.
    #[error("{message}")]
    Unknown {
        /// Which name, and which there are.
        message: String,
    },
    /// The value is out of bounds.
    #[error("`{option}` must be {expected}, not {found}")]
    OutOfBounds {
        /// The option.
        option: JobOption,
        /// The bounds in words.
        expected: String,
        /// The value in words.
        found: String,
    },
    /// The option takes another kind of value.
    #[error("`{option}` must be {expected}, not {found}")]
    WrongKind {
        /// The option.
        option: JobOption,
        /// The kind in words.
        expected: &'static str,
        /// The kind found.
        found: &'static str,
    },
    /// A longest delay without growing delays.
    #[error("`retry_delay_max` needs `retry_backoff = true`; without it the delay never grows")]
    DelayMaxWithoutBackoff,
}

/// Checks a length of time against the bounds of its option and returns it in seconds.
///
/// # Errors
/// If it is out of bounds, not whole seconds, or the option takes something else.
pub fn check_seconds(option: JobOption, length: Duration) -> Result<i32, OptionError> {
    let OptionKind::Seconds { min, max } = option.kind() else {
        return Err(option.wrong_kind("a length of time"));
    };
    let whole = i32::try_from(length.as_secs())
        .ok()
        .filter(|_| length.subsec_nanos() == 0);
    whole
        .filter(|seconds| (min..=max).contains(seconds))
        .ok_or_else(|| OptionError::OutOfBounds {
            option,
            expected: length_bounds(min, max),
            found: length_in_words(length),
        })
}

/// Checks a number against the bounds of its option; for a length of time it counts seconds.
///
/// # Errors
/// If it is out of bounds, or the option takes something else.
pub fn check_integer(option: JobOption, number: i64) -> Result<i32, OptionError> {
    let (min, max, expected, found) = match option.kind() {
        OptionKind::Integer { min, max } => (min, max, number_bounds(min, max), number.to_string()),
        OptionKind::Seconds { min, max } => {
            (min, max, length_bounds(min, max), seconds_in_words(number))
        }
        _ => return Err(option.wrong_kind("a number")),
    };
    let fitting = i32::try_from(number)
        .ok()
        .filter(|number| (min..=max).contains(number));
    fitting.ok_or(OptionError::OutOfBounds {
        option,
        expected,
        found,
    })
}

/// Checks that a longest retry delay, if given, comes with growing delays.
///
/// # Errors
/// If it does not.
pub fn check_retry_delay_max(
    delay_max: Option<i32>,
    backoff: Option<bool>,
) -> Result<(), OptionError> {
    match (delay_max, backoff) {
        (Some(_), None | Some(false)) => Err(OptionError::DelayMaxWithoutBackoff),
        _ => Ok(()),
    }
}

impl OptionError {
    /// Says it with pg-boss's name of the option, or that of a method.
    #[must_use]
    pub fn under(&self, name: &str) -> String {
        match self {
            Self::OutOfBounds {
                expected, found, ..
            } => format!("`{name}` must be {expected}, not {found}"),
            Self::WrongKind {
                expected, found, ..
            } => format!("`{name}` must be {expected}, not {found}"),
            Self::Unknown { .. } | Self::DelayMaxWithoutBackoff => self.to_string(),
        }
    }
}

impl JobOption {
    /// Makes the error for a value of the wrong kind; `found` is such as "a text".
    #[must_use]
    pub fn wrong_kind(self, found: &'static str) -> OptionError {
        OptionError::WrongKind {
            option: self,
            expected: self.kind().in_words(),
            found,
        }
    }
}

impl OptionKind {
    /// Returns what to write for such an option.
    #[must_use]
    pub const fn in_words(self) -> &'static str {
        match self {
            Self::Integer { .. } => "a whole number",
            Self::Seconds { .. } => {
                "a length of time: seconds, or text such as `\"90s\"`, `\"15m\"` or `\"2h\"`"
            }
            Self::Flag => "`true` or `false`",
            Self::Name => "the name of a queue as text",
            Self::Text => "text",
            Self::Time => "a delay in seconds, or a date and time as text",
            Self::Uuid => "a UUID as text",
            Self::Group => "a group with an `id`",
        }
    }
}

fn number_bounds(min: i32, max: i32) -> String {
    match (min, max) {
        (i32::MIN, i32::MAX) => format!("a whole number of 32 bits, {min} to {max}"),
        (_, i32::MAX) => format!("{min} or more, up to {max}"),
        _ => format!("{min} to {max}"),
    }
}

fn length_bounds(min: i32, max: i32) -> String {
    match (seconds_in_words(min.into()), max) {
        (least, i32::MAX) => format!("{least} or more in whole seconds, up to {max}"),
        (least, _) => format!(
            "{least} to {} in whole seconds",
            seconds_in_words(max.into())
        ),
    }
}

fn length_in_words(length: Duration) -> String {
    match i64::try_from(length.as_secs()) {
        Ok(seconds) if length.subsec_nanos() == 0 => seconds_in_words(seconds),
        _ => format!("{length:?}"),
    }
}

fn seconds_in_words(seconds: i64) -> String {
    match seconds {
        1 => "1 second".to_owned(),
        86_400 => "24 hours".to_owned(),
        _ => format!("{seconds} seconds"),
    }
}
