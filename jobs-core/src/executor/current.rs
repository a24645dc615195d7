//! How a submission finds the executor that it does not name.

use std::any::{Any, TypeId};
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, PoisonError, RwLock};

use super::{Executor, JobEnd, Request};
use crate::{Enqueued, JobKey};
use crate::{Error, ErrorKind};

/// An executor whose type is not known here.
#[derive(Clone)]
pub(crate) struct AnyExecutor {
    itself: Arc<dyn Any + Send + Sync>,
    /// The same, if it takes the jobs of every executor.
    for_all: Option<Arc<dyn ForAll>>,
}

impl AnyExecutor {
    pub(crate) fn new<E: Executor>(executor: E) -> Self {
        let executor = Arc::new(executor);
        Self {
            for_all: E::TAKES_ALL.then(|| Arc::clone(&executor) as Arc<dyn ForAll>),
            itself: executor,
        }
    }

    /// The executor, if it is of this type.
    pub(crate) fn of_type<E: Executor>(&self) -> Option<E> {
        self.itself.downcast_ref().cloned()
    }

    pub(crate) fn takes_all(&self) -> bool {
        self.for_all.is_some()
    }

    fn keeper<E: Executor>(&self) -> Option<Keeper<E>> {
        let own = self.of_type().map(Keeper::Own);
        own.or_else(|| self.for_all.clone().map(Keeper::Other))
    }
}

/// The executor that keeps the jobs of `E`.
#[derive(Clone)]
pub(crate) enum Keeper<E> {
    Own(E),
    /// One that takes the jobs of every executor.
    Other(Arc<dyn ForAll>),
}

impl<E: Executor> Keeper<E> {
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Own(_) => E::NAME,
            Self::Other(other) => other.name(),
        }
    }

    pub(crate) async fn submit(&self, requests: Vec<Request>) -> Result<Vec<Enqueued>, Error> {
        match self {
            Self::Own(executor) => executor.submit(requests).await,
            Self::Other(other) => other.submit(requests).await,
        }
    }

    pub(crate) async fn end_of(&self, job: &JobKey) -> Result<JobEnd, Error> {
        match self {
            Self::Own(executor) => executor.end_of(job).await,
            Self::Other(other) => other.end_of(job).await,
        }
    }

    /// The executor of the job's own type, for what only that can do.
    pub(crate) fn own(self) -> Result<E, Error> {
        match self {
            Self::Own(executor) => Ok(executor),
            Self::Other(other) => {
                let (name, wanted) = (other.name(), E::NAME);
                let message =
                    format!("the jobs of {wanted} are kept by {name} here, which cannot do this");
                Err(Error::new(ErrorKind::NoExecutor, message))
            }
        }
    }
}

/// An executor that takes the jobs of every executor, without its type.
pub(crate) trait ForAll: Send + Sync {
    fn name(&self) -> &'static str;
    fn submit(&self, requests: Vec<Request>) -> Answer<'_, Vec<Enqueued>>;
    fn end_of<'a>(&'a self, job: &'a JobKey) -> Answer<'a, JobEnd>;
}

type Answer<'a, T> = Pin<Box<dyn Future<Output = Result<T, Error>> + Send + 'a>>;

impl<E: Executor> ForAll for E {
    fn name(&self) -> &'static str {
        E::NAME
    }

    fn submit(&self, requests: Vec<Request>) -> Answer<'_, Vec<Enqueued>> {
        Box::pin(Executor::submit(self, requests))
    }

    fn end_of<'a>(&'a self, job: &'a JobKey) -> Answer<'a, JobEnd> {
        Box::pin(Executor::end_of(self, job))
    }
}

tokio::task_local! {
    static RUNNING: AnyExecutor;
    static SCOPED: Vec<AnyExecutor>;
}

static INSTALLED: RwLock<Vec<(TypeId, AnyExecutor)>> = RwLock::new(Vec::new());

/// Returns the executor of a submission that names none: the one of the running job, else of the surrounding [`scope`], else the
/// one of this type that this process [`install`]ed last.
///
/// # Errors
/// [`ErrorKind::NoExecutor`] if there is none of this type.
pub fn current<E: Executor>() -> Result<E, Error> {
    keeper()?.own()
}

/// The same, or one that takes its place.
pub(crate) fn keeper<E: Executor>() -> Result<Keeper<E>, Error> {
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

fn running<E: Executor>() -> Option<Keeper<E>> {
    RUNNING.try_with(AnyExecutor::keeper).ok()?
}

fn scoped<E: Executor>() -> Option<Keeper<E>> {
    let innermost = |scopes: &Vec<AnyExecutor>| scopes.iter().rev().find_map(AnyExecutor::keeper);
    SCOPED.try_with(innermost).ok()?
}

fn installed<E: Executor>() -> Option<Keeper<E>> {
    let all = INSTALLED.read().unwrap_or_else(PoisonError::into_inner);
    let (_, executor) = all.iter().find(|(of, _)| *of == TypeId::of::<E>())?;
    executor.of_type().map(Keeper::Own)
}

/// Makes this the process's executor of its type: submissions that name none go to it.
pub fn install<E: Executor>(executor: E) {
    let mut all = INSTALLED.write().unwrap_or_else(PoisonError::into_inner);
    all.retain(|(of, _)| *of != TypeId::of::<E>());
    all.push((TypeId::of::<E>(), AnyExecutor::new(executor)));
}

/// Runs a future. Submissions in it that name no executor go to this one.
pub async fn scope<E: Executor, F: Future>(executor: E, future: F) -> F::Output {
    let mut scopes = SCOPED.try_with(Vec::clone).unwrap_or_default();
    scopes.push(AnyExecutor::new(executor));
    SCOPED.scope(scopes, future).await
}

/// Runs a job's future, in which submissions that name no executor go to the one that runs it.
pub(crate) async fn running_on<F: Future>(executor: AnyExecutor, future: F) -> F::Output {
    RUNNING.scope(executor, future).await
}

/// The same for a plain function.
pub(crate) fn running_on_sync<R>(executor: AnyExecutor, function: impl FnOnce() -> R) -> R {
    RUNNING.sync_scope(executor, function)
}
