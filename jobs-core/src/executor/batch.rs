//! Functions that take several jobs at once: one call, and an outcome for each job.

use std::future::{Future, ready};
use std::time::Duration;

use tracing::Instrument;

use super::panic::catching;
use super::poll_watch::PollWatch;
use super::run::BoxFuture;
use super::thread::on_own_thread;
use super::{AnyExecutor, running_on, running_on_sync};
use crate::{Cancellation, Context, Failure, Job, Outcome, Run};

mod returned;

pub use returned::{BatchProbe, BatchReturned, IntoResults, NotForBatch, Results, into_results};

/// A function that takes several jobs at once, with its types erased. It returns an outcome for each job, in their order.
pub type BatchHandler = fn(Batch) -> BoxFuture<Vec<Outcome>>;

/// The attempts for one call of a function that takes several jobs.
pub struct Batch {
    runs: Vec<Run>,
    cancellation: Cancellation,
    span: tracing::Span,
}

impl Batch {
    /// Combines attempts of one job type. Each can still be cancelled alone.
    pub fn new(runs: Vec<Run>) -> Self {
        let name = runs.first().map_or("", |run| &*run.job().name);
        Self {
            span: tracing::info_span!("batch", name, jobs = runs.len()),
            runs,
            cancellation: Cancellation::default(),
        }
    }

    /// Cancels the whole batch.
    pub fn cancellation(&self) -> &Cancellation {
        &self.cancellation
    }

    pub(crate) fn span(&self) -> &tracing::Span {
        &self.span
    }

    /// The call keeps a thread for all of its jobs; the first of them stands for it.
    pub(crate) fn polls(&self) -> PollWatch {
        let first = self.runs.first();
        first.map(|run| run.polls.clone()).unwrap_or_default()
    }

    /// Cancels each job alone.
    pub(crate) fn members(&self) -> Vec<Cancellation> {
        let each = self.runs.iter().map(|run| run.cancellation().clone());
        each.collect()
    }

    /// The longest expiry of its jobs.
    pub(crate) fn expire_in(&self) -> Duration {
        let each = self.runs.iter().map(|run| run.job().expire_in);
        each.max().unwrap_or_default()
    }

    /// Decodes the inputs. One that does not decode fails the attempt of its own job; the others go on without it.
    fn prepare<J: Job>(&self) -> Result<Call<J>, Vec<Outcome>> {
        let mut refused = Refused(Vec::with_capacity(self.runs.len()));
        let mut inputs = Vec::with_capacity(self.runs.len());
        let mut taken = Vec::with_capacity(self.runs.len());
        for run in &self.runs {
            match run.input::<J>() {
                Ok(input) => {
                    inputs.push(input);
                    taken.push(run);
                    refused.0.push(None);
                }
                Err(failure) => refused.0.push(Some(failure)),
            }
        }
        let Some(lead) = taken.first() else {
            return Err(refused.among(Vec::new()));
        };
        match self.context(lead, &taken) {
            Ok(context) => Ok(Call {
                refused,
                inputs,
                context,
            }),
            Err(failure) => Err(refused.among(vec![Outcome::Failed(failure); taken.len()])),
        }
    }

    fn context<J: Job>(&self, lead: &Run, taken: &[&Run]) -> Result<Context<J>, Failure> {
        let context = lead.context::<J>()?;
        Ok(Context {
            batch: Some(taken.iter().map(|run| run.job().clone()).collect()),
            log: self.span.clone(),
            cancellation: self.cancellation.clone(),
            ..context
        })
    }

    fn executor(&self) -> Option<AnyExecutor> {
        self.runs.first().map(Run::executor)
    }
}

/// What the function is called with.
struct Call<J: Job> {
    refused: Refused,
    inputs: Vec<J::Input>,
    context: Context<J>,
}

/// For each job of a batch, why it is not part of the call.
struct Refused(Vec<Option<Failure>>);

impl Refused {
    /// Merges the outcomes of the jobs that were part of the call with the failures of the others.
    fn among(self, outcomes: Vec<Outcome>) -> Vec<Outcome> {
        let mut outcomes = outcomes.into_iter();
        let all = self.0.into_iter().map(|refused| match refused {
            Some(failure) => Some(Outcome::Undecodable(failure)),
            None => outcomes.next(),
        });
        all.flatten().collect()
    }
}

/// Runs an async function.
pub fn run_batch_async<J, F, R>(batch: Batch, function: F) -> BoxFuture<Vec<Outcome>>
where
    J: Job,
    F: FnOnce(Vec<J::Input>, Context<J>) -> R + Send + 'static,
    R: Future<Output = Results<J::Output>> + Send + 'static,
{
    let span = batch.span.clone();
    let Some(executor) = batch.executor() else {
        return Box::pin(ready(Vec::new()));
    };
    let call = async move {
        let Call {
            refused,
            inputs,
            context,
        } = match batch.prepare::<J>() {
            Ok(call) => call,
            Err(outcomes) => return outcomes,
        };
        let jobs = inputs.len();
        let results = function(inputs, context).await;
        refused.among(results.into_outcomes(jobs))
    };
    Box::pin(running_on(executor, call).instrument(span))
}

/// Runs a plain function on a thread of its own.
pub fn run_batch_blocking<J, F>(batch: Batch, function: F) -> BoxFuture<Vec<Outcome>>
where
    J: Job,
    F: FnOnce(Vec<J::Input>, Context<J>) -> Results<J::Output> + Send + 'static,
{
    let Some(executor) = batch.executor() else {
        return Box::pin(ready(Vec::new()));
    };
    let jobs = batch.runs.len();
    let call = move || {
        let _entered = batch.span.clone().entered();
        let call = || match batch.prepare::<J>() {
            Ok(call) => {
                let jobs = call.inputs.len();
                let results = function(call.inputs, call.context);
                call.refused.among(results.into_outcomes(jobs))
            }
            Err(outcomes) => outcomes,
        };
        catching(|| running_on_sync(executor, call))
            .unwrap_or_else(|failure| vec![failure.into_outcome(); jobs])
    };
    Box::pin(async move {
        let outcomes = on_own_thread(call).await;
        outcomes.unwrap_or_else(|outcome| vec![outcome; jobs])
    })
}

#[cfg(test)]
mod tests;
