//! Why a schedule's expression cannot be evaluated, in words that say what to write.

use crate::{CronError, ZoneError, shorten};

/// Why an expression and a zone are not a [`Recurrence`](crate::Recurrence).
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RecurrenceError {
    /// The expression is longer than any sensible one.
    #[error("the schedule is {length} bytes long; expected at most {max}")]
    TooLong {
        /// Its length in bytes.
        length: usize,
        /// The longest that is read.
        max: usize,
    },
    /// The expression is not a cron expression.
    #[error(transparent)]
    Cron(CronError),
    /// The expression is not a recurrence rule.
    #[error(transparent)]
    Rule(RuleError),
    /// The time zone is unknown.
    #[error(transparent)]
    Zone(ZoneError),
}

/// Why a text is not a recurrence rule that can be evaluated.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RuleError {
    /// A line with a property that does not say when a rule recurs.
    #[error("unsupported property `{}`; expected DTSTART, RRULE, RDATE and EXDATE lines", shorten(.name))]
    Property {
        /// The property's name.
        name: String,
    },
    /// A property or a part that may be given once.
    #[error("{} is given twice; write it once", shorten(.name))]
    Twice {
        /// The name of the property or part.
        name: String,
    },
    /// There is no RRULE.
    #[error("there is no RRULE to recur by")]
    NoRule,
    /// The RRULE has no FREQ.
    #[error("the rule has no FREQ; write it like `FREQ=DAILY;BYHOUR=9`")]
    NoFrequency,
    /// A part with an unknown name, or without a value.
    #[error("unsupported part `{}` in the rule", shorten(.part))]
    Part {
        /// The part as it was written.
        part: String,
    },
    /// A part with a value that it cannot have.
    #[error("unsupported value in `{}`; expected {expected}", shorten(.part))]
    Value {
        /// The part as it was written.
        part: String,
        /// What it may be.
        expected: &'static str,
    },
    /// A part that RFC 5545 forbids beside another one.
    #[error("`{}` cannot be used {beside}", shorten(.part))]
    Combination {
        /// The part as it was written.
        part: String,
        /// Where it has no meaning.
        beside: &'static str,
    },
    /// COUNT in a rule without DTSTART.
    #[error("COUNT counts from DTSTART; write a DTSTART line too")]
    CountWithoutStart,
    /// Both COUNT and UNTIL.
    #[error("COUNT and UNTIL cannot both end a rule; write one of them")]
    CountAndUntil,
    /// COUNT is out of range.
    #[error("COUNT `{}` is not a number from 1 to {max}; use UNTIL for more", shorten(.text))]
    Count {
        /// The number as it was written.
        text: String,
        /// The highest that is counted to.
        max: usize,
    },
    /// The occurrences are so rare that counting them takes too long.
    #[error("COUNT={count} takes too long to count, since the rule recurs so rarely; use UNTIL")]
    CountTooFar {
        /// The number.
        count: usize,
    },
    /// A date or time cannot be read.
    #[error("{name} `{}` is not a date or time; write it like `20300102T030405Z`", shorten(.text))]
    Date {
        /// The property or part.
        name: &'static str,
        /// What it says.
        text: String,
    },
    /// A date where DTSTART has a time, or the other way round.
    #[error("{name} `{}` must be a date if DTSTART is one, and have a time if DTSTART has", shorten(.text))]
    DateType {
        /// The property or part.
        name: &'static str,
        /// What it says.
        text: String,
    },
    /// UNTIL is a local time although DTSTART has a zone.
    #[error("UNTIL `{}` must be in UTC, with a `Z`, since DTSTART has a zone", shorten(.text))]
    UntilWithoutZone {
        /// What it says.
        text: String,
    },
    /// A TZID is not a time zone.
    #[error("the TZID is an {0}")]
    Zone(ZoneError),
    /// No day and time matches the rule.
    #[error("the rule `{}` never happens", shorten(.rule))]
    Never {
        /// The rule as it was written.
        rule: String,
    },
}
