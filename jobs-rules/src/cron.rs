//! Cron expressions in pg-boss's dialect, and when they fire in a zone.
//!
//! `dialect` and `field` read and judge the text, `clock` finds instants. What is read is handed to croner in a
//! spelling that has no dialects: plain lists of numbers.

mod clock;
mod dialect;
mod error;
mod field;

use std::fmt;
use std::str::FromStr;

use croner::parser::{CronParser, Seconds, Year};

use dialect::Fields;
pub use error::{CronError, FieldError, FieldProblem};

/// A cron expression that was read and fires at some time.
#[derive(Debug, Clone)]
pub struct Cron {
    text: String,
    pattern: croner::Cron,
}

impl Cron {
    /// Reads all that pg-boss reads: five fields, six with seconds first, fewer filled up with `*` on the left, and
    /// words such as `@daily`.
    ///
    /// # Errors
    /// Names the field that is wrong, quotes it and says what is allowed.
    pub fn parse(text: &str) -> Result<Self, CronError> {
        Self::of(text, &dialect::read(text)?)
    }

    /// Reads what a job may declare: exactly five fields, or a word no finer than a minute.
    ///
    /// # Errors
    /// As [`Cron::parse`]; what only the wider dialect has is refused with its five-field form.
    pub fn parse_declared(text: &str) -> Result<Self, CronError> {
        Self::of(text, &dialect::read_declared(text)?)
    }

    fn of(text: &str, fields: &Fields) -> Result<Self, CronError> {
        let parser = CronParser::builder()
            .seconds(Seconds::Required)
            .year(Year::Disallowed)
            .build();
        let pattern = parser.parse(&fields.spelled_out());
        let pattern = pattern.map_err(|_| CronError::NotUnderstood {
            text: text.to_owned(),
        })?;
        Ok(Self {
            text: text.to_owned(),
            pattern,
        })
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
