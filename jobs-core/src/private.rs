//! All that generated code uses. Not for other code, and not stable.

pub use crate::executor::batch::{
    Batch, BatchProbe, BatchReturned, IntoResults, NotForBatch, Results, into_results,
    run_batch_async, run_batch_blocking,
};
pub use crate::executor::run::{run_async, run_blocking};
pub use crate::executor::{Declaration, Extensions, Registered, Run, Schedule, SourceLocation};
pub use crate::submission::InputFrom;
pub use crate::{
    Context, Entity, Error, Executor, Inputs, IntoInstant, IntoJobOptions, IntoStartAfter,
    IntoUnit, Job, JobError, JobOptions, Submission, SubmittedJob,
};
pub use inventory;
pub use jobs_macros::with;
pub use jobs_rules::QueuePolicy;
pub use serde_json;
pub use uuid::Uuid;

use std::marker::PhantomData;

use crate::{Enqueued, JobEnd, JobKey, Request};

/// Finds out whether a function's return type is a `Result`, whatever alias it is written with. `Probe::<R>::IS_RESULT` is the constant
/// below for a `Result`, and that of [`NotAResult`] for every other type, since inherent constants win over those of traits.
pub struct Probe<R>(PhantomData<R>);

impl<T, E> Probe<Result<T, E>> {
    /// `R` is a `Result`.
    pub const IS_RESULT: bool = true;
}

/// See [`Probe`].
pub trait NotAResult {
    /// `R` is not a `Result`.
    const IS_RESULT: bool = false;
}

impl<R> NotAResult for Probe<R> {}

/// The output of a job whose function returns this type.
pub trait Returned<const IS_RESULT: bool> {
    /// The type of the output.
    type Output;
}

impl<T, E> Returned<true> for Result<T, E> {
    type Output = T;
}

impl<T> Returned<false> for T {
    type Output = T;
}

/// A return type whose error, if it has one, converts into a [`JobError`].
pub trait IntoResult<const IS_RESULT: bool>: Returned<IS_RESULT> {
    /// Converts the returned value.
    ///
    /// # Errors
    /// The function's own error.
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

/// Converts the value that a function returned.
///
/// # Errors
/// The function's own error.
pub fn into_result<const IS_RESULT: bool, R: IntoResult<IS_RESULT>>(
    returned: R,
) -> Result<R::Output, JobError> {
    returned.into_result()
}

/// An error that a job's function may return: everything that converts into a [`JobError`].
#[diagnostic::on_unimplemented(
    message = "the error `{Self}` does not convert into a `JobError`",
    label = "a job cannot return this error",
    note = "a boxed error needs `Send + Sync`: `Box<dyn Error + Send + Sync>`; a type of your own implements `std::error::Error` and is \
            `Send + Sync + 'static`; texts, `anyhow::Error` and `eyre::Report` convert too"
)]
pub trait IntoJobError {
    /// Converts the error.
    fn into_job_error(self) -> JobError;
}

#[diagnostic::do_not_recommend]
impl<E: Into<JobError>> IntoJobError for E {
    fn into_job_error(self) -> JobError {
        self.into()
    }
}

/// Every [`Entity`] by another name. `IS_ENTITY` is what [`is_entity`] returns: where a type is not an entity, that call is the one
/// error, and the compiler does not report again what follows from it.
pub trait CheckedEntity<const IS_ENTITY: bool> {
    /// See [`Entity::Delegate`].
    type Delegate: Clone + Send + Sync + 'static;

    /// See [`Entity::delegate`].
    ///
    /// # Errors
    /// Those of the entity.
    fn delegate(provided: &Extensions) -> Result<Self::Delegate, Error>;
}

#[diagnostic::do_not_recommend]
impl<T: Entity> CheckedEntity<true> for T {
    type Delegate = T::Delegate;

    fn delegate(provided: &Extensions) -> Result<T::Delegate, Error> {
        T::delegate(provided)
    }
}

/// Returns true.
pub const fn is_entity<T: Entity>() -> bool {
    true
}

/// The type of `ctx.entities` of a job that declares none. The compiler shows its name where a field of it is asked for.
#[derive(Debug, Clone)]
pub struct NoEntitiesInJobAttribute {}

/// Makes the input of a schedule that declares none.
pub fn default_input<T: DefaultInput>() -> T {
    T::default_input()
}

/// An input that a schedule can make.
#[diagnostic::on_unimplemented(
    message = "the schedule has no input to submit: `{Self}` has no default",
    label = "add an input: `schedule(cron = \"...\", input = ...)`",
    note = "or implement `Default` for `{Self}`, which each of its jobs then gets"
)]
pub trait DefaultInput {
    /// Makes the input.
    fn default_input() -> Self;
}

#[diagnostic::do_not_recommend]
impl<T: Default> DefaultInput for T {
    fn default_input() -> Self {
        Self::default()
    }
}

/// Stands for the executor of a job that names none, so that the compiler reports this once.
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
