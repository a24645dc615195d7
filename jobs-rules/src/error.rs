//! The library's one error.

use std::error::Error as StdError;
use std::fmt;

use crate::shorten_to;

/// How many characters of a reason a message holds: that of an input that does not decode may quote the whole input.
const REASON: usize = 400;

/// The kinds of errors that a caller can act on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// No executor is running, scoped or installed where one is needed.
    NoExecutor,
    /// An argument of the caller is not valid; nothing was stored.
    BadInput,
    /// The program is set up wrongly: two jobs with one name, an unknown setting, a value that is not provided.
    Configuration,
    /// The executor's storage cannot be reached, or does not respond. The same call may succeed later.
    Unavailable,
    /// The storage exists, but this library cannot work with it.
    Incompatible,
    /// The storage refused the operation.
    Refused,
    /// There is no such job, queue or schedule.
    NotFound,
    /// The awaited job ended in `failed`.
    Failed,
    /// The awaited job was cancelled.
    Cancelled,
    /// The awaited job's row was deleted.
    Deleted,
    /// The awaited job had not ended within the time limit.
    TimedOut,
}

/// An error of this library or of an executor.
///
/// `Display` says in one line which operation failed and why. There is a [`source`](StdError::source) where a program can use it,
/// such as what a failed job left behind or the database's error; it adds to the line and never repeats it. `Debug` shows the whole
/// chain. [`kind`](Self::kind) tells the errors apart that a caller can act on.
pub struct Error {
    kind: ErrorKind,
    message: String,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

impl Error {
    /// Makes an error without a cause.
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self {
            kind,
            message: message.into(),
            source: None,
        }
    }

    /// Makes an error whose message ends with its reason and the reason's causes, for a reason that is of use to people only.
    pub fn because(
        kind: ErrorKind,
        message: impl fmt::Display,
        reason: &(dyn StdError + 'static),
    ) -> Self {
        let reason = chain(reason);
        Self::new(kind, format!("{message}: {}", shorten_to(&reason, REASON)))
    }

    /// Makes an error with a cause, which the message must not repeat.
    pub fn caused_by(
        kind: ErrorKind,
        message: impl Into<String>,
        source: impl Into<Box<dyn StdError + Send + Sync>>,
    ) -> Self {
        Self {
            source: Some(source.into()),
            ..Self::new(kind, message)
        }
    }

    /// The kind of error.
    pub fn kind(&self) -> ErrorKind {
        self.kind
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

// `fn main() -> Result<(), Error>` prints this, so it reads like a message.
impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&chain(self))
    }
}

/// What an error and its causes say, in one line. Some errors, sqlx's among them, say their cause themselves.
#[must_use]
pub fn chain(error: &(dyn StdError + 'static)) -> String {
    let mut said = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let text = error.to_string();
        if !said.contains(&text) {
            said = format!("{said}: {text}");
        }
        cause = error.source();
    }
    said
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.source
            .as_deref()
            .map(|source| source as &(dyn StdError + 'static))
    }
}
