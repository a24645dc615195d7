//! The return types of functions that take several jobs.

use std::iter::repeat_n;
use std::marker::PhantomData;

use serde::Serialize;

use crate::executor::run::outcome_of;
use crate::private::{IntoJobError, IntoResult};
use crate::{Failure, JobError, Outcome};

/// The results of the jobs of one call.
pub enum Results<T> {
    /// All jobs succeeded, without an output.
    Done,
    /// All jobs failed with this error.
    Failed(JobError),
    /// A result for each job, in the order of the inputs.
    Each(Vec<Result<T, JobError>>),
}

/// Finds out whether a function that takes several jobs may return this type, as [`Probe`](crate::private::Probe) does for one job.
pub struct BatchProbe<R>(PhantomData<R>);

impl BatchProbe<()> {
    /// The type is allowed.
    pub const IS_FOR_BATCH: bool = true;
}

impl<E> BatchProbe<Result<(), E>> {
    /// The type is allowed.
    pub const IS_FOR_BATCH: bool = true;
}

impl<T, E> BatchProbe<Vec<Result<T, E>>> {
    /// The type is allowed.
    pub const IS_FOR_BATCH: bool = true;
}

impl<T, E, E2> BatchProbe<Result<Vec<Result<T, E>>, E2>> {
    /// The type is allowed.
    pub const IS_FOR_BATCH: bool = true;
}

/// See [`BatchProbe`].
pub trait NotForBatch {
    /// The type is not allowed.
    const IS_FOR_BATCH: bool = false;
}

impl<R> NotForBatch for BatchProbe<R> {}

/// The output of each job of a function that returns this.
pub trait BatchReturned<const IS_FOR_BATCH: bool> {
    /// The output of each job.
    type Output;
}

/// A type that is not allowed has an output too, so that only [`IntoResults`] reports it.
impl<R> BatchReturned<false> for R {
    type Output = ();
}

impl BatchReturned<true> for () {
    type Output = ();
}

impl<E> BatchReturned<true> for Result<(), E> {
    type Output = ();
}

impl<T, E> BatchReturned<true> for Vec<Result<T, E>> {
    type Output = T;
}

impl<T, E, E2> BatchReturned<true> for Result<Vec<Result<T, E>>, E2> {
    type Output = T;
}

/// A return type of a function that takes several jobs, with errors that convert into a `JobError`.
#[diagnostic::on_unimplemented(
    message = "a job with `batch` cannot return `{Self}`",
    label = "return `()` or `Result<(), E>` for all jobs together, or `Vec<Result<T, E>>` with a result for each",
    note = "the results of a `Vec` are in the order of the inputs; `Result<Vec<Result<T, E>>, E2>` can fail all jobs at once too"
)]
pub trait IntoResults<const IS_FOR_BATCH: bool>: BatchReturned<IS_FOR_BATCH> {
    /// Converts the returned value.
    fn into_results(self) -> Results<Self::Output>;
}

impl IntoResults<true> for () {
    fn into_results(self) -> Results<()> {
        Results::Done
    }
}

impl<E: IntoJobError> IntoResults<true> for Result<(), E> {
    fn into_results(self) -> Results<()> {
        match self {
            Ok(()) => Results::Done,
            Err(error) => Results::Failed(error.into_job_error()),
        }
    }
}

impl<T, E: IntoJobError> IntoResults<true> for Vec<Result<T, E>> {
    fn into_results(self) -> Results<T> {
        let each = self.into_iter();
        Results::Each(each.map(IntoResult::<true>::into_result).collect())
    }
}

impl<T, E: IntoJobError, E2: IntoJobError> IntoResults<true> for Result<Vec<Result<T, E>>, E2> {
    fn into_results(self) -> Results<T> {
        match self {
            Ok(each) => each.into_results(),
            Err(error) => Results::Failed(error.into_job_error()),
        }
    }
}

/// Converts the value that a function returned.
pub fn into_results<const IS_FOR_BATCH: bool, R: IntoResults<IS_FOR_BATCH>>(
    returned: R,
) -> Results<R::Output> {
    returned.into_results()
}

impl<T: Serialize> Results<T> {
    /// The outcome of each job.
    pub(super) fn into_outcomes(self, jobs: usize) -> Vec<Outcome> {
        match self {
            Self::Done => vec![Outcome::Done(None); jobs],
            Self::Failed(error) => vec![error.into_outcome(); jobs],
            Self::Each(results) => one_for_each(results, jobs),
        }
    }
}

/// A job without a result must not be lost: its attempt fails.
fn one_for_each<T: Serialize>(results: Vec<Result<T, JobError>>, jobs: usize) -> Vec<Outcome> {
    let given = results.len();
    let message =
        format!("the function returned {given} results for {jobs} jobs, and none for this one");
    if given > jobs {
        tracing::warn!(
            given,
            jobs,
            "the function returned more results than it got jobs; the last ones were dropped"
        );
    }
    let missing = Outcome::Failed(Failure::new("MissingResult", message));
    let results = results.into_iter().map(outcome_of);
    results
        .chain(repeat_n(missing, jobs.saturating_sub(given)))
        .take(jobs)
        .collect()
}
