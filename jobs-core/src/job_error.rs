//! What a job's function fails with.

use std::any::type_name;
use std::error::Error as StdError;
use std::fmt;
use std::time::Duration;

use crate::{Failure, Outcome};

/// An error, and what is to follow from it.
///
/// `?` turns every [`std::error::Error`] into one that is tried again while the retry limit allows. The constructors say
/// otherwise:
///
/// ```
/// # use jobs_core::JobError;
/// # use std::time::Duration;
/// fn charge(card: &str) -> Result<(), JobError> {
///     let number: u64 = card.parse().map_err(JobError::fail)?; // another attempt would not help
///     if number == 0 {
///         return Err(JobError::retry_in("the bank is closed", Duration::from_secs(3600)));
///     }
///     Ok(())
/// }
/// # assert!(charge("x").is_err());
/// ```
// It is no `std::error::Error` itself: the conversion from all of them would then overlap with `From<T> for T`.
pub struct JobError(Kind);

enum Kind {
    Retry(Failure),
    Fail(Failure),
    RetryIn(Failure, Duration),
    Snooze(Duration),
    Cancel(String),
}

type Boxed = Box<dyn StdError + Send + Sync>;

impl JobError {
    /// Fails the attempt; another follows while the retry limit allows. For what `?` does not take: text, or boxed errors.
    pub fn new(error: impl Into<Boxed>) -> Self {
        Self(Kind::Retry(describe(error)))
    }

    /// Fails the job for good: no more attempts, and to the dead letter queue if there is one.
    pub fn fail(error: impl Into<Boxed>) -> Self {
        Self(Kind::Fail(describe(error)))
    }

    /// Fails the attempt; the next one, if the retry limit allows one, starts after this time in place of the retry delay.
    pub fn retry_in(error: impl Into<Boxed>, after: Duration) -> Self {
        Self(Kind::RetryIn(describe(error), after))
    }

    /// Puts the job off: it runs again after this time, and this attempt is not counted.
    pub fn snooze(after: Duration) -> Self {
        Self(Kind::Snooze(after))
    }

    /// Cancels the job for this reason.
    pub fn cancel(reason: impl Into<String>) -> Self {
        Self(Kind::Cancel(reason.into()))
    }

    pub(crate) fn into_outcome(self) -> Outcome {
        match self.0 {
            Kind::Retry(failure) => Outcome::Failed(failure),
            Kind::Fail(failure) => Outcome::Fatal(failure),
            Kind::RetryIn(failure, after) => Outcome::RetryIn(failure, after),
            Kind::Snooze(after) => Outcome::Snoozed(after),
            Kind::Cancel(reason) => Outcome::Cancelled(reason),
        }
    }
}

// The type behind a boxed error is not known any more.
fn describe(error: impl Into<Boxed>) -> Failure {
    Failure::of("Error", error.into().as_ref())
}

/// The last part of a type's path, without its parameters.
fn short_name<T>() -> &'static str {
    let path = type_name::<T>();
    let path = path.split_once('<').map_or(path, |(path, _)| path);
    path.rsplit("::").next().unwrap_or(path)
}

impl<E: StdError + Send + Sync + 'static> From<E> for JobError {
    fn from(error: E) -> Self {
        Self(Kind::Retry(Failure::of(short_name::<E>(), &error)))
    }
}

impl fmt::Display for JobError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Kind::Retry(failure) | Kind::Fail(failure) | Kind::RetryIn(failure, _) => {
                write!(f, "{failure}")
            }
            Kind::Snooze(after) => write!(f, "put off for {after:?}"),
            Kind::Cancel(reason) => write!(f, "cancelled: {reason}"),
        }
    }
}

impl fmt::Debug for JobError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Kind::Retry(failure) => f.debug_tuple("Retry").field(failure).finish(),
            Kind::Fail(failure) => f.debug_tuple("Fail").field(failure).finish(),
            Kind::RetryIn(failure, after) => f
                .debug_tuple("RetryIn")
                .field(failure)
                .field(after)
                .finish(),
            Kind::Snooze(after) => f.debug_tuple("Snooze").field(after).finish(),
            Kind::Cancel(reason) => f.debug_tuple("Cancel").field(reason).finish(),
        }
    }
}
