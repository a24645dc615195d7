//! A failure as it is stored: the JSON that pg-boss writes for a JavaScript `Error`.

use std::error::Error as StdError;
use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::Outcome;

/// Why an attempt failed: the source of the error that [`SubmittedJob::output`](crate::SubmittedJob::output) returns.
///
/// It is stored as `{"name", "message", "stack", "cause"}`, pg-boss 12.38's form of a JavaScript `Error`, so pg-boss's dashboard and
/// Node programs can read it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Failure {
    /// The kind of failure: the name of the error's type, or `Panic`, `Timeout`, `BadInput` and others.
    #[serde(default)]
    pub name: String,
    /// The error's message.
    #[serde(default)]
    pub message: String,
    /// The whole chain for people: the error, its place in the source code if that is known, and its causes.
    #[serde(default)]
    pub stack: String,
    /// The cause.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cause: Option<Box<Failure>>,
}

impl Failure {
    /// The name under which the reason of a job that cancelled itself is stored.
    pub const CANCELLED: &str = "Cancelled";

    /// The name of an attempt that panicked.
    pub const PANIC: &str = "Panic";

    /// The name of an attempt that asked for a value that was not provided.
    pub(crate) const NOT_PROVIDED: &str = "NotProvided";

    /// Makes a failure without a cause.
    pub fn new(name: impl Into<String>, message: impl Into<String>) -> Self {
        let (name, message) = (name.into(), message.into());
        let stack = format!("{name}: {message}");
        Self {
            name,
            message,
            stack,
            cause: None,
        }
    }

    /// Makes a failure of an error and its sources.
    pub fn of(name: impl Into<String>, error: &(dyn StdError + 'static)) -> Self {
        let mut failure = Self::new(name, error.to_string());
        failure.cause = error
            .source()
            .map(|source| Box::new(Self::of("Error", source)));
        let mut cause = failure.cause.as_deref();
        while let Some(inner) = cause {
            failure.stack.push_str("\n    caused by: ");
            failure.stack.push_str(&inner.message);
            cause = inner.cause.as_deref();
        }
        failure
    }

    /// Adds a place in the source code to the stack.
    #[must_use]
    pub fn at(mut self, place: impl fmt::Display) -> Self {
        self.stack.push_str(&format!("\n    at {place}"));
        self
    }

    /// Reads the stored output of a failed job, whichever program wrote it.
    pub fn read(output: Option<&Value>) -> Self {
        let inner = output.map(|output| match output.get("value") {
            Some(value) if output.as_object().is_some_and(|object| object.len() == 1) => value,
            _ => output,
        });
        match inner {
            None | Some(Value::Null) => Self::new("Error", "no reason was stored"),
            Some(Value::String(text)) => Self::new("Error", text.as_str()),
            Some(other) => match serde_json::from_value::<Self>(other.clone()) {
                Ok(failure) if !failure.message.is_empty() => failure,
                _ => Self::new("Error", other.to_string()),
            },
        }
    }

    /// The outcome of an attempt that panicked or took too long. A missing value is not a fault of the job: the attempt is not
    /// counted, and the job waits for a process that provides the value.
    pub(crate) fn into_outcome(self) -> Outcome {
        match self.name.as_str() {
            Self::NOT_PROVIDED => Outcome::NotProvided(self),
            _ => Outcome::Failed(self),
        }
    }

    /// The JSON text to store.
    pub fn to_json(&self) -> String {
        // Strings and nesting only: this cannot fail, and a reason must never be lost over it.
        serde_json::to_string(self).unwrap_or_else(|_| "{}".into())
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl StdError for Failure {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.cause
            .as_deref()
            .map(|cause| cause as &(dyn StdError + 'static))
    }
}
