//! All that generated code uses. Not for other code, and not stable.

pub use crate::executor::batch::{
    Batch, BatchProbe, BatchReturned, IntoResults, NotForBatch, Results, into_results,
    run_batch_async, run_batch_blocking,
};
pub use crate::executor::registry::Registered;
pub use crate::executor::run::{Run, run_async, run_blocking};
pub use crate::{
    Context, Declaration, Entity, Error, Executor, Extensions, Inputs, IntoInstant, IntoJobOptions,
    IntoStartAfter, IntoUnit, Job, JobError, JobOptions, QueueSettings, Schedule, SourceLocation,
    Submission, SubmittedJob, WorkerSettings,
};
pub use inventory;
pub use jobs_rules::QueuePolicy;
pub use serde_json;
pub use uuid::Uuid;

use std::marker::PhantomData;

use crate::{Enqueued, JobEnd, JobKey, Request};

/// Tells whether a function's return type is a `Result`, by whatever alias: `Probe::<R>::IS_RESULT` is the constant below for
/// a `Result`, and the one of [`NotAResult`] for every other type, as a type's own constants come before those of traits.
pub struct Probe<R>(PhantomData<R>);

impl<T, E> Probe<Result<T, E>> {
    /// It is.
    pub const IS_RESULT: bool = true;
}

/// See [`Probe`].
pub trait NotAResult {
    /// It is not.
    const IS_RESULT: bool = false;
}

impl<R> NotAResult for Probe<R> {}

/// What a job's function may return, and what that makes the job's output.
pub trait Returned<const IS_RESULT: bool> {
    /// What it returns when it succeeds.
    type Output;
}

impl<T, E> Returned<true> for Result<T, E> {
    type Output = T;
}

impl<T> Returned<false> for T {
    type Output = T;
}

/// The same, with an error that converts.
pub trait IntoResult<const IS_RESULT: bool>: Returned<IS_RESULT> {
    /// Converts it.
    ///
    /// # Errors
    /// The function's own.
    fn into_result(self) -> Result<Self::Output, JobError>;
}

impl<T, E: IntoJobError> IntoResult<true> for Result<T, E> {
    fn into_result(self) -> Result<T, JobError> {
        self.map_err(E::into_job_error)
    }
}

impl<T> IntoResult<false> for T {
    fn into_result(self) -> Result<T, JobError> {
        Ok(self)
    }
}

/// Converts what a function returned.
///
/// # Errors
/// The function's own.
pub fn into_result<const IS_RESULT: bool, R: IntoResult<IS_RESULT>>(
    returned: R,
) -> Result<R::Output, JobError> {
    returned.into_result()
}

/// An error that a job's function may return: everything that converts into a [`JobError`].
#[diagnostic::on_unimplemented(
    message = "the error `{Self}` does not convert into a `JobError`",
    label = "a job cannot fail with this",
    note = "implement `std::error::Error` for it (it must be `Send + Sync + 'static`); texts, `anyhow::Error`, `eyre::Report` and \
            `Box<dyn Error + Send + Sync>` convert too"
)]
pub trait IntoJobError {
    /// Converts it.
    fn into_job_error(self) -> JobError;
}

#[diagnostic::do_not_recommend]
impl<E: Into<JobError>> IntoJobError for E {
    fn into_job_error(self) -> JobError {
        self.into()
    }
}

/// The type of a context parameter: that of the job itself.
#[diagnostic::on_unimplemented(
    message = "the context of this job is `Context<{J}>`, not `{Self}`",
    label = "write `Context<{J}>`"
)]
pub trait ContextOf<J: Job> {
    /// Returns the context as the type of the function's parameter, which it is.
    fn of(context: Context<J>) -> Self;
}

impl<J: Job> ContextOf<J> for Context<J> {
    fn of(context: Context<J>) -> Self {
        context
    }
}

/// Makes the input for a schedule that gives none.
pub fn default_input<T: DefaultInput>() -> T {
    T::default_input()
}

/// An input that a schedule can make by itself.
#[diagnostic::on_unimplemented(
    message = "the schedule does not know what input to submit: `{Self}` has no default",
    label = "add an input: `schedule(cron = \"...\", input = ...)`",
    note = "or implement `Default` for `{Self}`, and every run gets that"
)]
pub trait DefaultInput {
    /// Makes it.
    fn default_input() -> Self;
}

#[diagnostic::do_not_recommend]
impl<T: Default> DefaultInput for T {
    fn default_input() -> Self {
        Self::default()
    }
}

/// The executor of a job that names none, so that the compiler reports that once.
#[derive(Debug, Clone, Copy)]
pub enum NoExecutor {}

impl Executor for NoExecutor {
    const NAME: &'static str = "";
    type Connection = std::convert::Infallible;

    async fn submit(&self, _: Vec<Request>) -> Result<Vec<Enqueued>, Error> {
        match *self {}
    }

    async fn submit_in(
        &self,
        _: &mut Self::Connection,
        _: Vec<Request>,
    ) -> Result<Vec<Enqueued>, Error> {
        match *self {}
    }

    async fn end_of(&self, _: &JobKey) -> Result<JobEnd, Error> {
        match *self {}
    }
}
