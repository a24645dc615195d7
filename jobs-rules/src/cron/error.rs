//! What is wrong with a cron expression, in words that say what to write.

use std::fmt;

/// Why a cron expression cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CronError {
    /// There is nothing.
    #[error("the cron expression is empty; {FIVE_FIELDS}, such as `0 9 * * *`")]
    Empty,
    /// It is longer than any sensible one.
    #[error("the cron expression is {length} characters long; expected at most {MAX_LENGTH}")]
    TooLong {
        /// Its length.
        length: usize,
    },
    /// More fields than there are.
    #[error("`{text}` has {count} fields; {FIVE_FIELDS}")]
    TooManyFields {
        /// The expression.
        text: String,
        /// How many it has.
        count: usize,
    },
    /// A declared schedule with a field for seconds.
    #[error(
        "`{text}` has six fields, the first for seconds; a schedule counts in minutes, so write five, such as `{without_seconds}`"
    )]
    Seconds {
        /// The expression.
        text: String,
        /// The same without its first field.
        without_seconds: String,
    },
    /// A declared schedule with fields missing.
    #[error("`{text}` has {count} of the five fields; {FIVE_FIELDS}, such as `{example}`")]
    TooFewFields {
        /// The expression.
        text: String,
        /// How many it has.
        count: usize,
        /// One of five fields: the same, filled up on the right, if that is one.
        example: String,
    },
    /// An `@` word that means nothing here.
    #[error("`{word}` is not supported; {instead}")]
    Word {
        /// The word.
        word: String,
        /// What to write instead.
        instead: String,
    },
    /// No month in the expression has such a day.
    #[error("`{text}` never happens: no such month has {days}")]
    Never {
        /// The expression.
        text: String,
        /// The days asked for, in words.
        days: String,
    },
    /// One field is wrong.
    #[error(transparent)]
    Field(#[from] FieldError),
}

/// The longest expression that is read.
pub(super) const MAX_LENGTH: usize = 1024;

const FIVE_FIELDS: &str = "write five fields: minute, hour, day of month, month, day of week";

/// What is wrong with one field of a cron expression.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldError {
    /// The field: `minute`, `hour`, `day of month`, `month`, `day of week` or `second`.
    pub field: &'static str,
    /// The offending text: one item of the field's list.
    pub text: String,
    /// What is wrong with it.
    pub problem: FieldProblem,
    /// What is allowed there.
    pub(super) expected: &'static str,
}

/// The kinds of mistakes in a field.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum FieldProblem {
    /// A number that the field does not have.
    OutOfRange,
    /// Not a number, name, range or step.
    NotUnderstood,
    /// Letters that are not the name of a month or day.
    UnknownName,
    /// An end before its start.
    Backwards,
    /// A step of zero, or one that is not a number.
    BadStep,
    /// A value that another item of the list gives too.
    Twice,
    /// Nothing between two commas.
    EmptyItem,
    /// A sign of other cron dialects.
    Unsupported(char),
    /// `L` where it means nothing.
    BadLast,
    /// A number after `#` that is not 1 to 5.
    BadNth,
    /// `#` together with a list, a range, a step or `L`.
    MixedNth,
}

impl fmt::Display for FieldError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            field,
            text,
            problem,
            expected,
        } = self;
        write!(f, "{field} `{text}` ")?;
        match problem {
            FieldProblem::OutOfRange => write!(f, "is out of range; expected {expected}"),
            FieldProblem::NotUnderstood => write!(
                f,
                "is not understood; expected `*`, {expected}, a list `1,2`, a range `1-5` or a step `*/5`"
            ),
            FieldProblem::UnknownName => write!(f, "is not a name; expected {expected}"),
            FieldProblem::Backwards => {
                write!(
                    f,
                    "runs backwards; write two ranges in a list, each from low to high, within {expected}"
                )
            }
            FieldProblem::BadStep => {
                write!(f, "has no usable step; expected a number from 1 after `/`")
            }
            FieldProblem::Twice => write!(f, "is listed twice; write each value once"),
            FieldProblem::EmptyItem => write!(f, "has an empty item; remove the comma too many"),
            FieldProblem::Unsupported(sign) => {
                write!(
                    f,
                    "uses `{sign}`, which is not supported; expected {expected}"
                )
            }
            FieldProblem::BadLast => {
                write!(f, "uses `L` where it means nothing; expected {expected}")
            }
            FieldProblem::BadNth => write!(
                f,
                "has no usable number after `#`; expected 1 to 5, as in `5#2`"
            ),
            FieldProblem::MixedNth => write!(
                f,
                "mixes `#` with other signs; write one day and one number, as in `5#2`"
            ),
        }
    }
}

impl std::error::Error for FieldError {}
