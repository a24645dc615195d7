//! The library's one error.

use std::error::Error as StdError;
use std::fmt;

/// The kinds of errors that a caller can act on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// No executor is running, scoped or installed where one is needed.
    NoExecutor,
    /// Something given by the caller is refused; nothing was written.
    BadInput,
    /// The program is set up wrong: a name twice, an unknown setting, a value that is not provided.
    Configuration,
    /// The executor's storage cannot be reached, or does not respond.
    Unavailable,
    /// The storage exists, but this library cannot work with it.
    Incompatible,
    /// The storage refused what was asked for.
    Refused,
    /// There is no such job, queue or schedule.
    NotFound,
    /// The awaited job ended in `failed`.
    Failed,
    /// The awaited job was cancelled.
    Cancelled,
    /// The awaited job's row was deleted.
    Deleted,
    /// The awaited job had not ended when the time was over.
    TimedOut,
}

/// What the library could not do, and why.
///
/// `Display` says the first, [`source`](StdError::source) keeps the second; `Debug` shows the whole chain.
pub struct Error {
    kind: ErrorKind,
    message: String,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

impl Error {
    /// Makes an error that has no deeper cause.
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self {
            kind,
            message: message.into(),
            source: None,
        }
    }

    /// Makes an error with its cause. The message must not repeat it.
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
