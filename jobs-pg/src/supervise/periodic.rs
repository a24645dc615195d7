//! A pass that is made again and again.

use std::time::Duration;

use tokio::sync::watch;
use tokio::time::{sleep, timeout_at};
use tokio_util::sync::CancellationToken;

use crate::health::Health;
use crate::outage::Outage;
use crate::task::Tasks;
use pg_boss::jitter::jittered;

use super::pass_deadline::{PassDeadline, too_long};

/// What is done from time to time.
#[derive(Debug, Clone)]
pub(super) struct PeriodicTask {
    /// What it does; completes "cannot ...".
    pub(super) doing: &'static str,
    /// How long to wait for the next pass after one that failed.
    pub(super) interval: Duration,
    /// How long one pass may take: a connection that is silent for longer is considered dead.
    pub(super) bound: Duration,
    pub(super) health: Health,
}

impl PeriodicTask {
    /// Starts it as one of these tasks.
    pub(super) fn start<F>(
        self,
        tasks: &Tasks,
        moves: &watch::Receiver<()>,
        pass: impl Fn(PassDeadline) -> F + Clone + Send + Sync + 'static,
    ) where
        F: Future<Output = sqlx::Result<Duration>> + Send + 'static,
    {
        let (stopping, moves) = (tasks.stopping().clone(), moves.clone());
        tasks.supervised(self.doing, move || {
            self.clone()
                .run(stopping.clone(), moves.clone(), pass.clone())
        });
    }

    /// Makes a pass at once, and further ones until it is asked to stop. `pass` returns how long to wait for the next one; when
    /// the time of the database has moved, that begins at once. Of failures in a row only the first is logged.
    async fn run<F>(
        self,
        stopping: CancellationToken,
        mut moves: watch::Receiver<()>,
        mut pass: impl FnMut(PassDeadline) -> F,
    ) where
        F: Future<Output = sqlx::Result<Duration>>,
    {
        let mut outage = Outage::of(self.doing, &self.health);
        while !stopping.is_cancelled() {
            let limit = PassDeadline::until_stopped(self.bound, stopping.clone());
            let latest = limit.latest();
            // A pass keeps to its limit where that matters; this holds for a connection that is silent.
            let passed = timeout_at(latest, pass(limit)).await;
            let again_in = match passed.unwrap_or_else(|_| Err(too_long())) {
                Ok(again_in) => {
                    outage.ended();
                    again_in
                }
                Err(error) => {
                    outage.failed(&error);
                    self.interval
                }
            };
            tokio::select! {
                () = stopping.cancelled() => return,
                () = sleep(jittered(again_in)) => {}
                Ok(()) = moves.changed() => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    #[tokio::test]
    async fn a_failure_is_recorded_and_does_not_end_a_periodic_task_and_a_stop_does() {
        let health = Health::default();
        let task = PeriodicTask {
            doing: "do it",
            interval: Duration::ZERO,
            bound: Duration::from_secs(1),
            health: health.clone(),
        };
        let stopping = CancellationToken::new();
        let passes = Cell::new(0);
        let pass = |_| {
            passes.set(passes.get() + 1);
            if passes.get() == 3 {
                stopping.cancel();
            }
            async { Err(sqlx::Error::PoolClosed) }
        };
        let moves = watch::Sender::new(());
        task.run(stopping.clone(), moves.subscribe(), pass).await;
        assert_eq!(passes.get(), 3);
        assert!(health.check().is_err());
    }
}
