//! The library's own tasks. One that panics is logged as an error and started again after a pause.

use std::any::Any;
use std::time::Duration;

use tokio::task::JoinError;
use tokio::time::{Instant, sleep, timeout_at};
use tokio_util::sync::CancellationToken;
use tokio_util::task::{AbortOnDropHandle, TaskTracker};

use crate::backoff::Backoff;
use crate::health::Health;
use pg_boss::jitter::jittered;

const FIRST_PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(30);
/// A task that has run for so long since its last panic has recovered.
const RECOVERED_AFTER: Duration = Duration::from_secs(60);

/// Tasks that stop together. Dropping this aborts them.
#[derive(Debug)]
pub(crate) struct Tasks {
    stopping: CancellationToken,
    aborting: CancellationToken,
    tracker: TaskTracker,
    health: Health,
}

impl Tasks {
    pub(crate) fn new(health: Health) -> Self {
        Self {
            stopping: CancellationToken::new(),
            aborting: CancellationToken::new(),
            tracker: TaskTracker::new(),
            health,
        }
    }

    /// Runs the future that `make` returns as a task, and a new one after each that panicked. `doing` completes "cannot ...".
    /// A future that returns has ended its task.
    pub(crate) fn supervised<F>(
        &self,
        doing: &'static str,
        make: impl Fn() -> F + Clone + Send + 'static,
    ) where
        F: Future<Output = ()> + Send + 'static,
    {
        let supervisor = Supervisor {
            doing,
            stopping: self.stopping.clone(),
            aborting: self.aborting.clone(),
            health: self.health.clone(),
        };
        self.tracker.spawn(async move {
            supervisor.run(make).await;
            // What is not to be done is no problem.
            supervisor.health.works(doing);
        });
    }

    /// Is cancelled when the tasks are to end.
    pub(crate) fn stopping(&self) -> &CancellationToken {
        &self.stopping
    }

    /// Asks the tasks to end, without waiting.
    pub(crate) fn begin_to_stop(&self) {
        self.stopping.cancel();
    }

    /// Waits until the tasks have ended that were asked to.
    pub(crate) async fn ended(&self) {
        self.tracker.close();
        self.tracker.wait().await;
    }

    /// Ends the tasks in the middle of what they do.
    pub(crate) fn abort(&self) {
        self.aborting.cancel();
    }

    /// Asks the tasks to end, waits for them, and aborts those that have not ended at this time.
    pub(crate) async fn stop(&self, until: Instant) {
        self.begin_to_stop();
        if timeout_at(until, self.ended()).await.is_err() {
            self.abort();
            self.ended().await;
        }
    }
}

impl Drop for Tasks {
    fn drop(&mut self) {
        self.begin_to_stop();
        self.abort();
    }
}

struct Supervisor {
    doing: &'static str,
    stopping: CancellationToken,
    aborting: CancellationToken,
    health: Health,
}

impl Supervisor {
    async fn run<F>(&self, make: impl Fn() -> F + Clone + Send + 'static)
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let mut backoff = Backoff::new(FIRST_PAUSE, LONGEST_PAUSE);
        loop {
            let make = make.clone();
            let mut task = AbortOnDropHandle::new(tokio::spawn(async move { make().await }));
            let begun = Instant::now();
            let ended = self.watch(&mut task, begun + RECOVERED_AFTER).await;
            let Err(error) = ended else { return };
            if !error.is_panic() {
                return;
            }
            if begun.elapsed() >= RECOVERED_AFTER {
                backoff.reset();
            }
            let pause = backoff.pause();
            self.report(error, pause);
            tokio::select! {
                () = sleep(jittered(pause)) => {}
                () = self.stopping.cancelled() => return,
                () = self.aborting.cancelled() => return,
            }
        }
    }

    /// Waits for the end of a task, and for its abortion where that is asked for: it may hold a connection half open.
    async fn watch(
        &self,
        task: &mut AbortOnDropHandle<()>,
        recovered: Instant,
    ) -> Result<(), JoinError> {
        tokio::select! {
            ended = &mut *task => return ended,
            () = self.aborting.cancelled() => task.abort(),
            () = tokio::time::sleep_until(recovered) => {
                self.health.recovered(self.doing);
                tokio::select! {
                    ended = &mut *task => return ended,
                    () = self.aborting.cancelled() => task.abort(),
                }
            }
        }
        task.await
    }

    fn report(&self, error: JoinError, pause: Duration) {
        let panic = match error.try_into_panic() {
            Ok(payload) => message(payload.as_ref()).to_owned(),
            Err(error) => error.to_string(),
        };
        tracing::error!(
            task = self.doing,
            panic,
            "a task of the library panicked; it starts again in {pause:?}"
        );
        self.health
            .panicked(self.doing, format!("the task panicked: {panic}"));
    }
}

fn message(payload: &(dyn Any + Send)) -> &str {
    let text = payload.downcast_ref::<&str>().copied();
    text.or_else(|| payload.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("a panic without a message")
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU32, Ordering};

    use tokio::sync::Notify;
    use tokio::time::timeout;

    use super::*;

    /// Longer than anything here may take.
    const BOUND: Duration = Duration::from_secs(60);

    #[tokio::test]
    async fn a_task_that_panics_is_started_again_and_its_panic_is_recorded() {
        let health = Health::default();
        let tasks = Tasks::new(health.clone());
        let starts = Arc::new(AtomicU32::new(0));
        let third = Arc::new(Notify::new());
        let (stopping, counted, reached) = (
            tasks.stopping().clone(),
            Arc::clone(&starts),
            Arc::clone(&third),
        );
        tasks.supervised("do it", move || {
            let (stopping, reached) = (stopping.clone(), Arc::clone(&reached));
            let start = counted.fetch_add(1, Ordering::SeqCst);
            async move {
                assert!(start >= 2, "start {start}");
                reached.notify_one();
                stopping.cancelled().await;
            }
        });
        timeout(BOUND, third.notified()).await.unwrap();
        let unhealthy = health.check().unwrap_err();
        assert_eq!(
            unhealthy.reasons(),
            ["cannot do it: the task panicked: start 1"]
        );
        tasks.stop(Instant::now() + Duration::from_secs(60)).await;
        assert_eq!(starts.load(Ordering::SeqCst), 3);
        assert!(health.check().is_ok());
    }

    /// Sends when it is dropped.
    struct Dropped(tokio::sync::mpsc::UnboundedSender<()>);

    impl Drop for Dropped {
        fn drop(&mut self) {
            // The test may have ended.
            let _ = self.0.send(());
        }
    }

    fn endless(tasks: &Tasks) -> tokio::sync::mpsc::UnboundedReceiver<()> {
        let (sender, dropped) = tokio::sync::mpsc::unbounded_channel();
        tasks.supervised("wait for ever", move || {
            let dropped = Dropped(sender.clone());
            async move {
                let _dropped = dropped;
                std::future::pending::<()>().await;
            }
        });
        dropped
    }

    #[tokio::test]
    async fn a_task_that_does_not_end_in_time_is_aborted() {
        let tasks = Tasks::new(Health::default());
        let mut dropped = endless(&tasks);
        tokio::task::yield_now().await;
        tasks.stop(Instant::now()).await;
        assert!(dropped.try_recv().is_ok());
    }

    #[tokio::test]
    async fn dropping_the_tasks_aborts_them() {
        let tasks = Tasks::new(Health::default());
        let mut dropped = endless(&tasks);
        tokio::task::yield_now().await;
        drop(tasks);
        let dropped = timeout(BOUND, dropped.recv()).await;
        assert_eq!(dropped.unwrap(), Some(()));
    }
}
