//! One duty on its timer.

use std::error::Error as _;
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::{sleep, timeout_at};

use crate::jitter::jittered;

use super::limit::{Limit, too_long};

/// What is done from time to time.
pub(super) struct Duty {
    /// What it is, as in "cannot ...".
    pub(super) doing: &'static str,
    /// How long to wait for the next pass after one that failed.
    pub(super) interval: Duration,
    /// How long one pass may take: a connection that says nothing is taken for dead.
    pub(super) bound: Duration,
}

impl Duty {
    /// Does it at once, and again as long as it takes to be told to stop. `pass` answers when to come back, counted from
    /// its end. A row of failures is told once, and ends nothing.
    pub(super) async fn until_stopped<F>(
        self,
        mut stopping: watch::Receiver<bool>,
        mut pass: impl FnMut(Limit) -> F,
    ) where
        F: Future<Output = sqlx::Result<Duration>>,
    {
        let mut failing = false;
        loop {
            let limit = Limit::of_duty(self.bound, stopping.clone());
            let latest = limit.latest();
            // A pass keeps to its limit where that matters; this holds for a connection that says nothing.
            let passed = timeout_at(latest, pass(limit)).await;
            let again_in = match passed.unwrap_or_else(|_| Err(too_long())) {
                Ok(again_in) => {
                    failing = false;
                    again_in
                }
                Err(error) => {
                    if !failing {
                        self.tell(&error);
                    }
                    failing = true;
                    self.interval
                }
            };
            tokio::select! {
                // The sender is gone when the executor is: there is nothing to do this for.
                _ = stopping.wait_for(|stopping| *stopping) => return,
                () = sleep(jittered(again_in)) => {}
            }
        }
    }

    fn tell(&self, error: &sqlx::Error) {
        let cause = error.source().map(ToString::to_string);
        tracing::warn!(%error, cause, "cannot {}; trying on", self.doing);
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    fn duty() -> Duty {
        Duty {
            doing: "do it",
            interval: Duration::ZERO,
            bound: Duration::from_secs(1),
        }
    }

    #[tokio::test]
    async fn a_failure_does_not_end_a_duty_and_a_stop_does() {
        let stopping = watch::Sender::new(false);
        let passes = Cell::new(0);
        let pass = |_| {
            passes.set(passes.get() + 1);
            if passes.get() == 3 {
                stopping.send_replace(true);
            }
            async { Err(sqlx::Error::PoolClosed) }
        };
        duty().until_stopped(stopping.subscribe(), pass).await;
        assert!(passes.get() >= 3);
    }
}
