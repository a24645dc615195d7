//! The only thing that generated code may touch. Not for anybody else, and not stable.

pub use crate::handler::{Handler, Run, run_async, run_blocking};
pub use crate::registry::Registered;
pub use crate::{
    Context, Declaration, Entity, Error, Executor, IntoInstant, IntoJobOptions, IntoStartAfter, IntoUnit, Job, JobError,
    JobOptions, Place, Provided, QueueSettings, Schedule, Submission, SubmittedJob, WorkerSettings,
};
pub use inventory;
pub use jobs_rules::QueuePolicy;
pub use serde_json;
pub use uuid::Uuid;

/// Takes a function's result apart: what it returns, and that its error converts.
#[diagnostic::on_unimplemented(
    message = "a job returns `()`, a value, or a `Result<T, E>` whose error becomes a `JobError`",
    label = "its error does not convert into a `JobError`",
    note = "`E` must be a `std::error::Error + Send + Sync + 'static`, or `JobError` itself"
)]
pub trait Returned {
    /// What it returns when it succeeds.
    type Output;

    /// Converts the error.
    ///
    /// # Errors
    /// The function's own.
    fn returned(self) -> Result<Self::Output, JobError>;
}

impl<T, E: Into<JobError>> Returned for Result<T, E> {
    type Output = T;

    fn returned(self) -> Result<T, JobError> {
        self.map_err(Into::into)
    }
}
