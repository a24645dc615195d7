//! Who keeps jobs: the trait, and how a submission finds the executor that nobody named.

use std::any::{Any, TypeId};
use std::future::Future;
use std::sync::{Arc, PoisonError, RwLock};

use serde_json::Value;
use uuid::Uuid;

use crate::{Declaration, Error, ErrorKind, JobOptions, StartAfter};

/// Keeps submitted jobs and sees that they run. A value is a cheap handle that is cloned at will.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no job executor",
    label = "not an `Executor`",
    note = "write a type that implements `Executor`, such as `executor = PgBoss`"
)]
pub trait Executor: Clone + Send + Sync + 'static {
    /// The name that submitted jobs bear.
    const NAME: &'static str;

    /// The database connection that [`submit_in`](Executor::submit_in) writes through. An executor without one says
    /// [`Infallible`](std::convert::Infallible), and nobody can call it.
    type Connection: Send;

    /// Stores the jobs: all of them, or none. The receipts come in the order of the requests.
    fn submit(
        &self,
        requests: Vec<Request>,
    ) -> impl Future<Output = Result<Vec<Receipt>, Error>> + Send;

    /// Stores the jobs through the caller's connection, and so in its transaction.
    fn submit_in(
        &self,
        connection: &mut Self::Connection,
        requests: Vec<Request>,
    ) -> impl Future<Output = Result<Vec<Receipt>, Error>> + Send;

    /// Waits until the job has ended.
    fn end_of(&self, job: &JobKey) -> impl Future<Output = Result<End, Error>> + Send;
}

/// One job to be stored.
#[derive(Debug, Clone)]
pub struct Request {
    /// What kind of job.
    pub declaration: &'static Declaration,
    /// Its input as JSON text; `None` stands for JSON null.
    pub input: Option<String>,
    /// When it is due.
    pub start_after: StartAfter,
    /// Options of this submission merged over the job's.
    pub options: JobOptions,
}

/// What storing one job came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Receipt {
    /// The stored job, or the equal one that stood already.
    pub id: Uuid,
    /// `false` if an equal job stood already and nothing was stored.
    pub is_new: bool,
}

/// What names one job.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct JobKey {
    /// The queue.
    pub name: String,
    /// Unique within the queue.
    pub id: Uuid,
}

/// How a job ended.
#[derive(Debug, Clone, PartialEq)]
pub enum End {
    /// It returned this.
    Completed(Option<Value>),
    /// It failed for good with this.
    Failed(Option<Value>),
    /// It was cancelled; this is what its row has: the reason if it did so itself, else what an attempt before has left.
    Cancelled(Option<Value>),
    /// There is no such row, or no longer.
    Deleted,
}

type Erased = Arc<dyn Any + Send + Sync>;

tokio::task_local! {
    static RUNNING: Erased;
    static SCOPED: Vec<Erased>;
}

static INSTALLED: RwLock<Vec<(TypeId, Erased)>> = RwLock::new(Vec::new());

/// The executor for a submission that names none: the running job's, else the surrounding [`scope`]'s, else the one
/// that this process [`install`]ed last.
///
/// # Errors
/// [`ErrorKind::NoExecutor`] if there is none of this type.
pub fn current<E: Executor>() -> Result<E, Error> {
    running()
        .or_else(scoped)
        .or_else(installed)
        .ok_or_else(|| {
            let name = E::NAME;
            Error::new(
                ErrorKind::NoExecutor,
                format!(
                    "no {name} executor here: submit inside a running job, inside `boss.scope(future)`, or after \
                     `boss.start()` or `boss.install()`; or name one with `.on(&boss)`"
                ),
            )
        })
}

fn running<E: Executor>() -> Option<E> {
    RUNNING
        .try_with(|executor| executor.downcast_ref::<E>().cloned())
        .ok()?
}

fn scoped<E: Executor>() -> Option<E> {
    SCOPED
        .try_with(|scopes| {
            scopes
                .iter()
                .rev()
                .find_map(|executor| executor.downcast_ref::<E>().cloned())
        })
        .ok()?
}

fn installed<E: Executor>() -> Option<E> {
    let all = INSTALLED.read().unwrap_or_else(PoisonError::into_inner);
    let (_, executor) = all.iter().find(|(of, _)| *of == TypeId::of::<E>())?;
    executor.downcast_ref::<E>().cloned()
}

/// Makes this the process's executor of its type, for submissions that name none.
pub fn install<E: Executor>(executor: E) {
    let mut all = INSTALLED.write().unwrap_or_else(PoisonError::into_inner);
    all.retain(|(of, _)| *of != TypeId::of::<E>());
    all.push((TypeId::of::<E>(), Arc::new(executor)));
}

/// Runs a future in which submissions that name no executor go to this one.
pub async fn scope<E: Executor, F: Future>(executor: E, future: F) -> F::Output {
    let mut scopes = SCOPED.try_with(Vec::clone).unwrap_or_default();
    scopes.push(Arc::new(executor));
    SCOPED.scope(scopes, future).await
}

/// Runs a job's future, in which submissions that name no executor go to the one that runs it.
pub(crate) async fn running_on<F: Future>(executor: Erased, future: F) -> F::Output {
    RUNNING.scope(executor, future).await
}

/// The same for a plain function.
pub(crate) fn running_on_sync<R>(executor: Erased, function: impl FnOnce() -> R) -> R {
    RUNNING.sync_scope(executor, function)
}
