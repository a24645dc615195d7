//! The library's one error.

use std::error::Error as StdError;
use std::fmt;

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
/// `Display` says which operation failed, [`source`](StdError::source) is the cause, and `Debug` shows the whole chain.
/// [`kind`](Self::kind) tells the errors apart that a caller can act on.
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
        let mut chain = self.message.clone();
        let mut cause = self.source();
        while let Some(error) = cause {
            let text = error.to_string();
            // Some errors, sqlx's among them, say their cause themselves.
            if !chain.ends_with(&text) {
                chain = format!("{chain}: {text}");
            }
            cause = error.source();
        }
        f.write_str(&chain)
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.source
            .as_deref()
            .map(|source| source as &(dyn StdError + 'static))
    }
}
