//! What the author of an executor needs: the trait, the registry of the jobs, the runs of their functions and their outcomes.

pub(crate) mod batch;
#[cfg(feature = "testing")]
pub mod conformance;
mod current;
pub mod dispatch;
pub(crate) mod outcome;
pub(crate) mod panic;
pub(crate) mod registry;
pub(crate) mod run;
mod thread;

use std::future::Future;

use serde_json::Value;
use uuid::Uuid;

use crate::{Declaration, Error, JobOptions, StartAfter};
pub use batch::{Batch, BatchHandler};
pub(crate) use current::{AnyExecutor, Keeper, keeper, running_on, running_on_sync};
pub use current::{current, install, scope};
pub use outcome::{Outcome, store_output};
pub use registry::{JobSet, Registered, Registry};
pub use run::Run;

/// Keeps submitted jobs and runs them. A value is a handle that is cheap to clone.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a job executor",
    label = "not an `Executor`",
    note = "write a type that implements `Executor`, such as `executor = PgBoss`"
)]
pub trait Executor: Clone + Send + Sync + 'static {
    /// The executor's name, which submitted jobs show.
    const NAME: &'static str;

    /// Whether it takes the jobs of every executor where it runs jobs or is the scope's, as [`Memory`](crate::Memory) does in
    /// tests.
    const TAKES_ALL: bool = false;

    /// The database connection that [`submit_in`](Executor::submit_in) writes through. For an executor without one this is
    /// [`Infallible`](std::convert::Infallible), so that `submit_in` cannot be called.
    type Connection: Send;

    /// Stores the jobs: all of them, or none. The receipts come in the order of the requests.
    ///
    /// # Errors
    /// [`BadInput`](crate::ErrorKind::BadInput) if [`Request::check`] refuses one of them; if the storage does.
    fn submit(
        &self,
        requests: Vec<Request>,
    ) -> impl Future<Output = Result<Vec<Enqueued>, Error>> + Send;

    /// Stores the jobs through the caller's connection, and so in its transaction.
    fn submit_in(
        &self,
        connection: &mut Self::Connection,
        requests: Vec<Request>,
    ) -> impl Future<Output = Result<Vec<Enqueued>, Error>> + Send;

    /// Waits until the job has ended.
    fn end_of(&self, job: &JobKey) -> impl Future<Output = Result<JobEnd, Error>> + Send;
}

/// One job to be stored.
#[derive(Debug, Clone)]
pub struct Request {
    /// What kind of job.
    pub declaration: &'static Declaration,
    /// Its input as JSON text; `None` is JSON null.
    pub input: Option<String>,
    /// When it is due.
    pub start_after: StartAfter,
    /// Options of this submission merged over the job's.
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

/// The result of storing one job.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Enqueued {
    /// The stored job, or the existing one of which it is a duplicate.
    pub id: Uuid,
    /// `false` if it is a duplicate of an existing job, and nothing was stored.
    pub is_new: bool,
}

/// Identifies one job.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct JobKey {
    /// The queue.
    pub name: String,
    /// Unique within the queue.
    pub id: Uuid,
}

/// How a job ended.
#[derive(Debug, Clone, PartialEq)]
pub enum JobEnd {
    /// It returned this.
    Completed(Option<Value>),
    /// It failed for good with this.
    Failed(Option<Value>),
    /// It was cancelled; this is the output of its row: the reason if it cancelled itself, else what an earlier attempt left.
    Cancelled(Option<Value>),
    /// There is no such row; it may have been deleted.
    Deleted,
}
