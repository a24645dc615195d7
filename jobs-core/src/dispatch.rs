//! One job to its [`Outcome`]: deadline, cancellation, panic. Every executor calls this.

use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::time::{Duration, Instant};

use tokio::time::timeout;

use crate::panic::catching;
use crate::{Cancellation, Failure, Outcome, Registered, Run};

/// How long a function that watches for its cancellation may take to clean up.
const CLEAN_UP: Duration = Duration::from_secs(5);

/// A poll that takes this long keeps a thread from all other tasks.
const HOG: Duration = Duration::from_secs(1);

/// Runs one attempt to its outcome. Dropping the future drops the user's function.
pub async fn dispatch(registered: &Registered, run: Run) -> Outcome {
    let expire_in = run.job().expire_in;
    let cancellation = run.cancellation.clone();
    let span = run.span.clone();
    let mut attempt = match catching(|| (registered.handler())(run)) {
        Ok(future) => Attempt {
            future,
            span,
            hogged: false,
        },
        Err(failure) => return Outcome::Failed(failure),
    };
    tokio::select! {
        // A function that has just ended has ended, whatever else happened in the same moment.
        biased;
        outcome = attempt.run() => outcome,
        () = cancellation.happened() => {
            attempt.clean_up(&cancellation).await;
            Outcome::Lost
        }
        () = tokio::time::sleep(expire_in) => {
            cancellation.cancel();
            attempt.clean_up(&cancellation).await;
            Outcome::Failed(Failure::new("Timeout", format!("the job took longer than its expiry of {expire_in:?}")))
        }
    }
}

struct Attempt {
    future: Pin<Box<dyn Future<Output = Outcome> + Send>>,
    span: tracing::Span,
    hogged: bool,
}

impl Attempt {
    async fn run(&mut self) -> Outcome {
        poll_fn(|cx| {
            let begun = Instant::now();
            let polled = catching(|| self.future.as_mut().poll(cx));
            self.report_hog(begun.elapsed());
            match polled {
                Ok(poll) => poll,
                Err(failure) => std::task::Poll::Ready(Outcome::Failed(failure)),
            }
        })
        .await
    }

    async fn clean_up(&mut self, cancellation: &Cancellation) {
        if cancellation.is_watched() {
            // What it comes to does not count any more.
            let _ = timeout(CLEAN_UP, self.run()).await;
        }
    }

    fn report_hog(&mut self, took: Duration) {
        if took > HOG && !self.hogged {
            self.hogged = true;
            tracing::warn!(
                parent: &self.span,
                ?took,
                "the job kept its thread without awaiting; declare it `#[job(blocking)]` or move the work to `spawn_blocking`"
            );
        }
    }
}
