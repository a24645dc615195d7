//! Runs attempts to their [`Outcome`]s: expiry, cancellation, panics. Every executor calls this.

use std::future::{Future, poll_fn};
use std::task::Poll;
use std::time::Duration;

use tokio::time::timeout;

use super::batch::{Batch, BatchHandler};
use super::panic::catching;
use super::poll_watch::PollWatch;
use super::run::{BoxFuture, Handler};
use crate::{Cancellation, Failure, Outcome, Registered, Run};

/// How long a function that watches for its cancellation may take to clean up.
const CLEAN_UP: Duration = Duration::from_secs(5);

/// Runs one attempt to its outcome. A function that takes several jobs at once gets this one alone.
///
/// Dropping the future drops the future of the job's function.
pub async fn dispatch(registered: &Registered, run: Run) -> Outcome {
    let handler = match registered.handler() {
        Handler::One(handler) => handler,
        Handler::Batch(handler) => {
            let outcomes = Box::pin(dispatch_batch(handler, Batch::new(vec![run]))).await;
            // One each, and there was one.
            return outcomes.into_iter().next().unwrap_or(Outcome::Lost);
        }
    };
    let watch = Deadline {
        expire_in: run.job().expire_in,
        cancellation: run.cancellation.clone(),
        polls: run.polls.clone(),
        span: run.span.clone(),
    };
    let cancelled = watch.cancellation.clone();
    match watch.over(|| handler(run), cancelled.happened()).await {
        Ended::Returned(outcome) => outcome,
        Ended::Failed(failure) => failure.into_outcome(),
        Ended::Cancelled => Outcome::Lost,
    }
}

/// Runs attempts of one job type to their outcomes, in the same order: by one call if the function takes several jobs at once, else
/// one after the other.
pub async fn dispatch_all(registered: &Registered, runs: Vec<Run>) -> Vec<Outcome> {
    match registered.handler() {
        Handler::Batch(handler) => dispatch_batch(handler, Batch::new(runs)).await,
        Handler::One(_) => {
            let mut outcomes = Vec::with_capacity(runs.len());
            for run in runs {
                outcomes.push(dispatch(registered, run).await);
            }
            outcomes
        }
    }
}

/// Runs the attempts of a batch to their outcomes, in the same order, by one call of the function.
///
/// The call expires with the longest expiry of its jobs, as in pg-boss 12.38. (An executor that looks for expired jobs goes by the
/// expiry of each job, and cancels that job alone.) The call is cancelled when all its jobs are. The outcome of a job that was
/// cancelled alone is lost, and the others are not affected.
pub async fn dispatch_batch(handler: BatchHandler, batch: Batch) -> Vec<Outcome> {
    let members = batch.members();
    let watch = Deadline {
        expire_in: batch.expire_in(),
        cancellation: batch.cancellation().clone(),
        polls: batch.polls(),
        span: batch.span().clone(),
    };
    let (whole, each) = (batch.cancellation().clone(), members.clone());
    let cancelled = async {
        tokio::select! {
            () = whole.happened() => {}
            () = all_happened(&each) => {}
        }
    };
    let mut outcomes = match watch.over(|| handler(batch), cancelled).await {
        Ended::Returned(outcomes) => outcomes,
        Ended::Failed(failure) => vec![failure.into_outcome(); members.len()],
        Ended::Cancelled => vec![Outcome::Lost; members.len()],
    };
    for (outcome, member) in outcomes.iter_mut().zip(&members) {
        if member.has_happened() {
            *outcome = Outcome::Lost;
        }
    }
    outcomes
}

async fn all_happened(members: &[Cancellation]) {
    for member in members {
        member.happened().await;
    }
}

/// The limits of a call.
struct Deadline {
    expire_in: Duration,
    cancellation: Cancellation,
    polls: PollWatch,
    span: tracing::Span,
}

/// How a call ended.
enum Ended<T> {
    Returned(T),
    /// It panicked, or took too long.
    Failed(Failure),
    Cancelled,
}

impl Deadline {
    /// Calls the function, and waits until it ends, expires or is cancelled.
    async fn over<T>(
        self,
        call: impl FnOnce() -> BoxFuture<T>,
        cancelled: impl Future<Output = ()>,
    ) -> Ended<T> {
        let future = match catching(call) {
            Ok(future) => future,
            Err(failure) => return Ended::Failed(failure),
        };
        let Self {
            expire_in,
            cancellation,
            polls,
            span,
        } = self;
        let mut attempt = Attempt {
            future: Some(future),
            cancellation,
            polls,
            span,
            has_ended: false,
        };
        tokio::select! {
            // A function that has just ended has ended, whatever else happened in the same moment.
            biased;
            returned = attempt.run() => returned.map_or_else(Ended::Failed, Ended::Returned),
            () = cancelled => {
                attempt.clean_up().await;
                Ended::Cancelled
            }
            () = tokio::time::sleep(expire_in) => {
                attempt.clean_up().await;
                Ended::Failed(Failure::new("Timeout", format!("the job took longer than its expiry of {expire_in:?}")))
            }
        }
    }
}

/// A call under way. Dropping it cancels the call and drops the user's future; a panic in the destructors ends here.
struct Attempt<T> {
    future: Option<BoxFuture<T>>,
    cancellation: Cancellation,
    polls: PollWatch,
    span: tracing::Span,
    has_ended: bool,
}

impl<T> Drop for Attempt<T> {
    fn drop(&mut self) {
        if !self.has_ended {
            // A blocking function cannot be dropped, but it can check this.
            self.cancellation.cancel();
        }
        let future = self.future.take();
        if let Err(failure) = catching(|| drop(future)) {
            tracing::error!(
                parent: &self.span,
                panic = failure.message,
                "the job panicked while its future was dropped"
            );
        }
    }
}

impl<T> Attempt<T> {
    async fn run(&mut self) -> Result<T, Failure> {
        poll_fn(|cx| {
            let Some(future) = &mut self.future else {
                return Poll::Pending;
            };
            let poll = || catching(|| future.as_mut().poll(cx));
            let (polled, blocked_for) = self.polls.watch(poll);
            if let Some(took) = blocked_for {
                tracing::warn!(
                    parent: &self.span,
                    ?took,
                    "the job blocked its thread without awaiting; declare it `#[job(blocking)]` or move the work to `spawn_blocking`"
                );
            }
            self.has_ended = !matches!(polled, Ok(Poll::Pending));
            match polled {
                Ok(poll) => poll.map(Ok),
                Err(failure) => Poll::Ready(Err(failure)),
            }
        })
        .await
    }

    async fn clean_up(&mut self) {
        self.cancellation.cancel();
        if self.cancellation.is_watched() {
            // The outcome does not count any more.
            let _ = timeout(CLEAN_UP, self.run()).await;
        }
    }
}
