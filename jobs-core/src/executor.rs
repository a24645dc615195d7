//! For authors of executors and of data layers.
//!
//! An executor implements [`Executor`], collects the jobs of its type with [`Registry::linked`], and calls [`dispatch`] (or
//! [`dispatch_all`], for functions that take several jobs at once) for each attempt. The attempt is a [`Run`], and its result an
//! [`Outcome`], which the executor stores. [`Memory`](crate::Memory) is the smallest executor to read.
//!
//! A data layer implements [`Entity`](crate::Entity), whose delegate is among the [`Extensions`] that the application provides.

pub(crate) mod batch;
#[cfg(feature = "testing")]
pub mod conformance;
mod current;
mod dispatch;
pub(crate) mod outcome;
pub(crate) mod panic;
mod poll_watch;
pub(crate) mod registry;
pub(crate) mod run;
mod thread;

use std::future::Future;

use serde_json::Value;

pub use crate::context::Cancellation;
pub use crate::extensions::Extensions;
pub use crate::job::{Declaration, QueueSettings, Schedule, SourceLocation, WorkerSettings};
use crate::{Error, JobOptions, StartAfter};
pub use batch::{Batch, BatchHandler};
pub(crate) use current::{AnyExecutor, Keeper, keeper, running_on, running_on_sync};
pub use current::{current, install, scope};
pub use dispatch::{dispatch, dispatch_all, dispatch_batch};
#[doc(inline)]
pub use jobs_rules::{Enqueued, JobKey, OptionValues, RetryRule, Slot, store_output};
pub use outcome::{NOT_PROVIDED_DELAY, Outcome, UNDECODABLE_DELAY};
pub use poll_watch::PollWatch;
pub use registry::{JobSet, Registered, Registry};
pub use run::Run;

/// Stores submitted jobs and runs them. Clones are handles of the same executor and are cheap.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a job executor",
    label = "not an `Executor`",
    note = "write a type that implements `Executor`, such as `executor = PgBoss`"
)]
pub trait Executor: Clone + Send + Sync + 'static {
    /// The executor's name: [`SubmittedJob::executor_name`](crate::SubmittedJob::executor_name) of its jobs.
    const NAME: &'static str;

    /// Whether it also takes the jobs of all other executors: within its [`scope`], and when its jobs submit them.
    /// [`Memory`](crate::Memory) does, for tests.
    const TAKES_ALL: bool = false;

    /// The database connection that [`submit_in`](Executor::submit_in) writes through. For an executor without one this is
    /// [`Infallible`](std::convert::Infallible), so that `submit_in` cannot be called.
    type Connection: Send;

    /// Stores all of the jobs, or none. The results are in the order of the requests.
    ///
    /// # Errors
    /// If a request is not valid, or if the jobs cannot be stored.
    fn submit(
        &self,
        requests: Vec<Request>,
    ) -> impl Future<Output = Result<Vec<Enqueued>, Error>> + Send;

    /// Stores the jobs through the caller's connection, and so in its transaction.
    ///
    /// # Errors
    /// As [`submit`](Self::submit).
    fn submit_in(
        &self,
        connection: &mut Self::Connection,
        requests: Vec<Request>,
    ) -> impl Future<Output = Result<Vec<Enqueued>, Error>> + Send;

    /// Waits until the job has ended.
    ///
    /// # Errors
    /// If the executor cannot find out.
    fn end_of(&self, job: &JobKey) -> impl Future<Output = Result<JobEnd, Error>> + Send;
}

/// One job to be stored.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Request {
    /// The declaration of the job's type.
    pub declaration: &'static Declaration,
    /// The input as JSON text; `None` stands for null.
    pub input: Option<String>,
    /// When it is due.
    pub start_after: StartAfter,
    /// The options of the submission over those of the declaration.
    pub options: JobOptions,
}

impl Request {
    /// Checks its options and its time.
    ///
    /// # Errors
    /// [`BadInput`](crate::ErrorKind::BadInput) naming what is refused.
    pub fn check(&self) -> Result<(), Error> {
        self.options.check()?;
        self.start_after.check()
    }
}

/// How a job ended.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum JobEnd {
    /// It succeeded, and this is its output.
    Completed(Option<Value>),
    /// It failed for good, and this is the stored [`Failure`](crate::Failure).
    Failed(Option<Value>),
    /// It was cancelled. This is its stored output: if it cancelled itself, a [`Failure`](crate::Failure) with the name
    /// [`CANCELLED`](crate::Failure::CANCELLED) and the reason, else that of an earlier attempt.
    Cancelled(Option<Value>),
    /// There is no such job; it may have been deleted.
    Deleted,
}
