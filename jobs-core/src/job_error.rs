//! The error of a job's function.

use std::any::type_name;
use std::error::Error as StdError;
use std::fmt;
use std::iter::successors;
use std::time::Duration;

use crate::{Failure, IntoSeconds, Outcome};

/// The error of a job's function, and what follows from it.
///
/// `?` converts everything that converts into `Box<dyn Error + Send + Sync>`: each [`std::error::Error`], `anyhow::Error`,
/// `eyre::Report`, texts and boxed errors. Such an error fails the attempt, and another attempt follows while the retry limit
/// allows it. The constructors choose something else: [`fail`](Self::fail), [`retry_in`](Self::retry_in),
/// [`snooze`](Self::snooze) and [`cancel`](Self::cancel).
///
/// The error itself is kept, so a test that calls the function can look at it.
///
/// ```
/// # use jobs_core::JobError;
/// # use std::time::Duration;
/// fn charge(card: &str) -> Result<(), JobError> {
///     let number: u64 = card.parse().map_err(JobError::fail)?; // another attempt would not help
///     if number == 0 {
///         return Err(JobError::retry_in("the bank is closed", Duration::from_secs(3600)));
///     }
///     if number < 1000 {
///         Err("the number is too short")?; // another attempt follows
///     }
///     Ok(())
/// }
///
/// let error = charge("x").unwrap_err();
/// assert!(error.downcast_ref::<std::num::ParseIntError>().is_some());
/// ```
// Not a `std::error::Error` itself: the conversion from all of them would then overlap with `From<T> for T`.
#[derive(Debug)]
#[must_use = "it has no effect until the function returns it"]
pub struct JobError(Kind);

#[derive(Debug)]
enum Kind {
    Retry(Cause),
    Fail(Cause),
    RetryIn(Cause, Duration),
    Snooze(Duration),
    Cancel(String),
}

type Boxed = Box<dyn StdError + Send + Sync>;

/// A time that a function chose, and that is not one.
#[derive(Debug)]
struct WrongTime {
    wrong: String,
    source: Option<Boxed>,
}

impl fmt::Display for WrongTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.wrong)
    }
}

impl StdError for WrongTime {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.source.as_deref().map(|source| source as _)
    }
}

/// The original error, and the name of its type, which a boxed error does not know any more.
#[derive(Debug)]
struct Cause {
    name: &'static str,
    error: Boxed,
}

impl JobError {
    /// Fails the attempt; another one follows while the retry limit allows it. `?` does the same.
    pub fn new(error: impl Into<Boxed>) -> Self {
        Self(Kind::Retry(cause(error)))
    }

    /// Fails the job for good: no more attempts follow, and a copy goes to the dead letter queue if the job has one.
    pub fn fail(error: impl Into<Boxed>) -> Self {
        Self(Kind::Fail(cause(error)))
    }

    /// Fails the attempt. The next one, if the retry limit allows it, starts after this time instead of the retry delay: a
    /// [`Duration`], whole seconds or a text such as `"5 minutes"`. If that is not a length of time, the stored error says so too, and
    /// the retry delay applies.
    pub fn retry_in(error: impl Into<Boxed>, after: impl IntoSeconds) -> Self {
        match after.into_time() {
            Ok(after) => Self(Kind::RetryIn(cause(error), after)),
            Err(wrong) => Self::new(WrongTime {
                wrong: format!("the time until the next attempt {wrong}"),
                source: Some(error.into()),
            }),
        }
    }

    /// Snoozes the job: it runs again after this time, and this attempt is not counted. The time is a [`Duration`], whole seconds or a
    /// text such as `"5 minutes"`; if it is not a length of time, the attempt fails with an error that says so.
    pub fn snooze(after: impl IntoSeconds) -> Self {
        match after.into_time() {
            Ok(after) => Self(Kind::Snooze(after)),
            Err(wrong) => Self::new(WrongTime {
                wrong: format!("the time to snooze {wrong}"),
                source: None,
            }),
        }
    }

    /// Cancels the job for this reason.
    pub fn cancel(reason: impl Into<String>) -> Self {
        Self(Kind::Cancel(reason.into()))
    }

    /// The original error; `None` for a snoozed or cancelled job.
    pub fn source(&self) -> Option<&(dyn StdError + 'static)> {
        match &self.0 {
            Kind::Retry(cause) | Kind::Fail(cause) | Kind::RetryIn(cause, _) => {
                Some(cause.error.as_ref())
            }
            Kind::Snooze(_) | Kind::Cancel(_) => None,
        }
    }

    /// The first error of this type among the original error and its sources.
    pub fn downcast_ref<E: StdError + 'static>(&self) -> Option<&E> {
        successors(self.source(), |&error| error.source()).find_map(|error| error.downcast_ref())
    }

    pub(crate) fn into_outcome(self) -> Outcome {
        match self.0 {
            Kind::Retry(cause) => Outcome::Failed(cause.failure()),
            Kind::Fail(cause) => Outcome::Fatal(cause.failure()),
            Kind::RetryIn(cause, after) => Outcome::RetryIn(cause.failure(), after),
            Kind::Snooze(after) => Outcome::Snoozed(after),
            Kind::Cancel(reason) => Outcome::Cancelled(reason),
        }
    }
}

impl Cause {
    fn failure(&self) -> Failure {
        Failure::of(self.name, self.error.as_ref())
    }
}

fn cause<E: Into<Boxed>>(error: E) -> Cause {
    Cause {
        name: name_of(type_name::<E>()),
        error: error.into(),
    }
}

/// The name under which an error of this type is stored: the last part of the type's path, and `Error` for texts and boxes.
fn name_of(path: &'static str) -> &'static str {
    let path = path.split_once('<').map_or(path, |(path, _)| path);
    match path {
        "&str" | "alloc::string::String" | "alloc::borrow::Cow" | "alloc::boxed::Box" => "Error",
        _ => path.rsplit("::").next().unwrap_or(path),
    }
}

impl<E: Into<Boxed>> From<E> for JobError {
    fn from(error: E) -> Self {
        Self::new(error)
    }
}

impl fmt::Display for JobError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Kind::Retry(cause) | Kind::Fail(cause) | Kind::RetryIn(cause, _) => cause.error.fmt(f),
            Kind::Snooze(after) => write!(f, "snoozed for {after:?}"),
            Kind::Cancel(reason) => write!(f, "cancelled: {reason}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fmt;
    use std::num::ParseIntError;
    use std::time::Duration;

    use super::{JobError, Outcome, StdError};

    #[derive(Debug)]
    struct Charge(ParseIntError);

    impl fmt::Display for Charge {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("cannot charge")
        }
    }

    impl StdError for Charge {
        fn source(&self) -> Option<&(dyn StdError + 'static)> {
            Some(&self.0)
        }
    }

    fn charge() -> Result<(), JobError> {
        "x".parse::<u8>().map(drop).map_err(Charge)?;
        Ok(())
    }

    #[test]
    fn the_error_that_was_given_is_kept_with_its_sources() {
        let error = charge().expect_err("it fails");
        assert_eq!(error.to_string(), "cannot charge");
        assert!(error.source().is_some_and(|source| source.is::<Charge>()));
        assert!(error.downcast_ref::<ParseIntError>().is_some());
        assert!(error.downcast_ref::<fmt::Error>().is_none());
    }

    #[test]
    fn a_time_may_be_a_duration_seconds_or_a_text() {
        let hour = Duration::from_secs(3600);
        for error in [
            JobError::snooze(hour),
            JobError::snooze(3600),
            JobError::snooze("1 hour"),
        ] {
            assert_eq!(error.into_outcome(), Outcome::Snoozed(hour));
        }
        let outcome = JobError::retry_in("closed", "60 min").into_outcome();
        assert!(
            matches!(&outcome, Outcome::RetryIn(failure, after) if failure.message == "closed" && *after == hour),
            "{outcome:?}"
        );
    }

    #[test]
    fn a_time_that_is_not_one_fails_the_attempt_and_keeps_the_original_error() {
        let error = JobError::snooze("soon");
        assert!(
            error
                .to_string()
                .starts_with("the time to snooze is wrong: duration \"soon\"")
        );
        assert!(matches!(error.into_outcome(), Outcome::Failed(_)));
        let closed = "x".parse::<u8>().expect_err("no number");
        let error = JobError::retry_in(closed, -5);
        assert_eq!(
            error.to_string(),
            "the time until the next attempt must not be negative, as -5 is"
        );
        assert!(error.downcast_ref::<ParseIntError>().is_some());
        assert!(matches!(error.into_outcome(), Outcome::Failed(_)));
    }

    #[test]
    fn the_whole_chain_is_stored_under_the_names_of_the_types() {
        let Outcome::Failed(failure) = charge().expect_err("it fails").into_outcome() else {
            panic!("another attempt follows");
        };
        assert_eq!(
            (&*failure.name, &*failure.message),
            ("Charge", "cannot charge")
        );
        let cause = failure.cause.as_deref().map(|cause| &*cause.message);
        assert_eq!(cause, Some("invalid digit found in string"));
    }

    #[test]
    fn texts_and_boxed_errors_are_stored_as_error() {
        let boxed: Box<dyn StdError + Send + Sync> = "boxed".into();
        let errors = [
            JobError::from("text"),
            String::from("text").into(),
            boxed.into(),
            JobError::fail("for good"),
        ];
        for error in errors {
            let text = error.to_string();
            match error.into_outcome() {
                Outcome::Failed(failure) | Outcome::Fatal(failure) => {
                    assert_eq!((&*failure.name, &failure.message), ("Error", &text));
                }
                other => panic!("{other:?}"),
            }
        }
    }
}
