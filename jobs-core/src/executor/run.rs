//! Makes a typed function callable by any executor: decode the input, call, encode the output.

use std::any::TypeId;
use std::future::Future;
use std::pin::Pin;

use serde::Serialize;
use serde::de::DeserializeOwned;
use tracing::Instrument;

use super::batch::BatchHandler;
use super::panic::catching;
use super::poll_watch::PollWatch;
use super::thread::on_own_thread;
use super::{AnyExecutor, running_on, running_on_sync};
use crate::{
    Cancellation, Context, Executor, Extensions, Failure, Job, JobError, JobInfo, Outcome,
};
use jobs_rules::store_output;

/// One attempt at a job, with everything that its function needs.
pub struct Run {
    job: JobInfo,
    input: Option<String>,
    provided: Extensions,
    executor: AnyExecutor,
    pub(crate) cancellation: Cancellation,
    stopping: Cancellation,
    pub(crate) polls: PollWatch,
    pub(crate) span: tracing::Span,
}

/// The future of a function whose types are erased.
pub(crate) type BoxFuture<T> = Pin<Box<dyn Future<Output = T> + Send>>;

impl Run {
    /// Prepares an attempt. `input` is JSON text; `None` stands for null.
    pub fn new<E: Executor>(
        executor: E,
        job: JobInfo,
        input: Option<String>,
        provided: Extensions,
    ) -> Self {
        let span =
            tracing::info_span!("job", id = %job.id, name = %job.name, attempt = job.attempt);
        Self {
            job,
            input,
            provided,
            executor: AnyExecutor::new(executor),
            cancellation: Cancellation::default(),
            stopping: Cancellation::default(),
            polls: PollWatch::default(),
            span,
        }
    }

    /// Sets the handle by which the executor cancels the attempt.
    #[must_use]
    pub fn cancelled_by(self, cancellation: Cancellation) -> Self {
        Self {
            cancellation,
            ..self
        }
    }

    /// Sets the handle by which the executor says that it stops.
    #[must_use]
    pub fn stopped_by(self, stopping: Cancellation) -> Self {
        Self { stopping, ..self }
    }

    /// Sets what shows whether the function keeps its thread.
    #[must_use]
    pub fn watched_by(self, polls: PollWatch) -> Self {
        Self { polls, ..self }
    }

    /// Cancels this attempt.
    pub fn cancellation(&self) -> &Cancellation {
        &self.cancellation
    }

    /// The running job.
    pub fn job(&self) -> &JobInfo {
        &self.job
    }

    /// Decodes the input.
    pub(crate) fn input<J: Job>(&self) -> Result<J::Input, Failure> {
        decode(self.input.as_deref())
    }

    pub(crate) fn executor(&self) -> AnyExecutor {
        self.executor.clone()
    }

    /// The outcome of a function that returned this. What it returned after it was cancelled does not count.
    fn outcome_of<T: Serialize>(&self, returned: Result<T, JobError>) -> Outcome {
        match self.cancellation.has_happened() {
            true => Outcome::Lost,
            false => outcome_of(returned),
        }
    }

    pub(crate) fn context<J: Job>(&self) -> Result<Context<J>, Failure> {
        let refuse = |error: &crate::Error| Failure::of("Configuration", error);
        let executor = self.executor.of_type::<J::Executor>();
        if executor.is_none() && !self.executor.takes_all() {
            let message = "the job was given to an executor of another type";
            return Err(Failure::new("Configuration", message));
        }
        Ok(Context {
            entities: J::entities(&self.provided).map_err(|error| refuse(&error))?,
            job: self.job.clone(),
            batch: None,
            log: self.span.clone(),
            provided: self.provided.clone(),
            cancellation: self.cancellation.clone(),
            stopping: self.stopping.clone(),
            executor,
        })
    }
}

/// A job's function with its types erased.
#[derive(Clone, Copy)]
pub(crate) enum Handler {
    /// It takes one job.
    One(fn(Run) -> BoxFuture<Outcome>),
    /// It takes several at once.
    Batch(BatchHandler),
}

/// Runs an async function.
pub fn run_async<J, F, R>(run: Run, function: F) -> BoxFuture<Outcome>
where
    J: Job,
    F: FnOnce(J::Input, Context<J>) -> R + Send + 'static,
    R: Future<Output = Result<J::Output, JobError>> + Send + 'static,
{
    let span = run.span.clone();
    let executor = run.executor();
    let call = async move {
        match prepare::<J>(&run) {
            Ok((input, context)) => run.outcome_of(function(input, context).await),
            Err(outcome) => outcome,
        }
    };
    Box::pin(running_on(executor, call).instrument(span))
}

/// Runs a plain function on a thread of its own.
pub fn run_blocking<J, F>(run: Run, function: F) -> BoxFuture<Outcome>
where
    J: Job,
    F: FnOnce(J::Input, Context<J>) -> Result<J::Output, JobError> + Send + 'static,
{
    let call = move || {
        let _entered = run.span.clone().entered();
        catching(|| {
            running_on_sync(run.executor(), || match prepare::<J>(&run) {
                Ok((input, context)) => run.outcome_of(function(input, context)),
                Err(outcome) => outcome,
            })
        })
        .unwrap_or_else(Failure::into_outcome)
    };
    Box::pin(async { on_own_thread(call).await.unwrap_or_else(|outcome| outcome) })
}

fn prepare<J: Job>(run: &Run) -> Result<(J::Input, Context<J>), Outcome> {
    let input = run.input::<J>().map_err(Outcome::Undecodable)?;
    Ok((input, run.context().map_err(Outcome::Failed)?))
}

/// Reads the input. The failure names the field that does not decode.
pub(crate) fn decode<T: DeserializeOwned + 'static>(input: Option<&str>) -> Result<T, Failure> {
    // A job without input takes whatever a sender put there, such as the `{}` that Node programs like to send.
    let ignored = TypeId::of::<T>() == TypeId::of::<()>();
    let text = if ignored {
        "null"
    } else {
        input.unwrap_or("null")
    };
    let mut reader = serde_json::Deserializer::from_str(text);
    serde_path_to_error::deserialize(&mut reader).map_err(|error| {
        let path = error.path().to_string();
        let reason = error.into_inner();
        let message = match path.as_str() {
            "." => format!("the input does not decode: {reason}"),
            path => format!("the input does not decode at `{path}`: {reason}"),
        };
        Failure::new("BadInput", message)
    })
}

/// The outcome of a job whose function returned this.
pub(crate) fn outcome_of<T: Serialize>(returned: Result<T, JobError>) -> Outcome {
    match returned {
        Ok(output) => match store_output(&output) {
            Ok(output) => Outcome::Done(output),
            Err(error) => Outcome::Fatal(Failure::new(
                "BadOutput",
                format!("the output cannot be encoded as JSON: {error}"),
            )),
        },
        Err(error) => error.into_outcome(),
    }
}
