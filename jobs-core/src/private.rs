//! The only thing that generated code may touch. Not for anybody else, and not stable.

pub use crate::batch::{
    Batch, BatchReturned, IntoResults, Results, into_results, run_batch_async, run_batch_blocking,
};
pub use crate::handler::{Run, run_async, run_blocking};
pub use crate::registry::Registered;
pub use crate::{
    Context, Declaration, Entity, Error, Executor, IntoInstant, IntoJobOptions, IntoStartAfter,
    IntoUnit, Job, JobError, JobOptions, Place, Provided, QueueSettings, Schedule, Submission,
    SubmittedJob, WorkerSettings,
};
pub use inventory;
pub use jobs_rules::QueuePolicy;
pub use serde_json;
pub use uuid::Uuid;

use crate::{End, JobKey, Receipt, Request};

/// Takes the type of a function's result apart.
pub trait Returned {
    /// What it returns when it succeeds.
    type Output;
}

impl<T, E> Returned for Result<T, E> {
    type Output = T;
}

/// Converts the error of a function's result.
///
/// # Errors
/// The function's own.
pub fn converted<T, E: IntoJobError>(result: Result<T, E>) -> Result<T, JobError> {
    result.map_err(E::into_job_error)
}

/// An error that a job's function may return: everything that converts into a [`JobError`].
#[diagnostic::on_unimplemented(
    message = "the error `{Self}` does not convert into a `JobError`",
    label = "a job's error must be a `std::error::Error + Send + Sync + 'static`",
    note = "return `Result<T, JobError>`: `?` converts every `std::error::Error` into it, and \
            `.map_err(JobError::new)` takes text and boxed errors"
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
    /// Gives it back as what the function's parameter says, which is what it is.
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

/// Stands in for the executor of a job that names none, so that the compiler says that once.
#[derive(Debug, Clone, Copy)]
pub enum NoExecutor {}

impl Executor for NoExecutor {
    const NAME: &'static str = "";
    type Connection = std::convert::Infallible;

    async fn submit(&self, _: Vec<Request>) -> Result<Vec<Receipt>, Error> {
        match *self {}
    }

    async fn submit_in(
        &self,
        _: &mut Self::Connection,
        _: Vec<Request>,
    ) -> Result<Vec<Receipt>, Error> {
        match *self {}
    }

    async fn end_of(&self, _: &JobKey) -> Result<End, Error> {
        match *self {}
    }
}
