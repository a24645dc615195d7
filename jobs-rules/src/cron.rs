//! Cron expressions in pg-boss's dialect, and when they fire in a zone.
//!
//! `dialect` and `field` read and judge the text, `search` finds times of a wall clock, `clock` finds instants.

mod clock;
mod dialect;
mod error;
mod field;
mod search;

use std::fmt;
use std::str::FromStr;

use dialect::Fields;
pub use error::{CronError, FieldError, FieldProblem};

/// A cron expression that was read and fires at some time.
#[derive(Debug, Clone)]
pub struct Cron {
    text: String,
    fields: Fields,
}

impl Cron {
    /// Reads all that pg-boss reads: five fields, six with seconds first, fewer filled up with `*` on the left, and
    /// words such as `@daily`.
    ///
    /// # Errors
    /// Names the field that is wrong, quotes it and says what is allowed.
    pub fn parse(text: &str) -> Result<Self, CronError> {
        dialect::read(text).map(|fields| Self::of(text, fields))
    }

    /// Reads what a job may declare: exactly five fields, or a word no finer than a minute.
    ///
    /// # Errors
    /// As [`Cron::parse`]; what only the wider dialect has is refused with its five-field form.
    pub fn parse_declared(text: &str) -> Result<Self, CronError> {
        dialect::read_declared(text).map(|fields| Self::of(text, fields))
    }

    fn of(text: &str, fields: Fields) -> Self {
        Self {
            text: text.to_owned(),
            fields,
        }
    }

    /// Returns the expression as it was written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

impl PartialEq for Cron {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for Cron {}

impl fmt::Display for Cron {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl FromStr for Cron {
    type Err = CronError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse(text)
    }
}

#[cfg(test)]
mod tests;
