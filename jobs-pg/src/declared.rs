//! The queues that this program declares, for the operations on them.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use jobs_core::Error;
use jobs_core::executor::{Declaration, Registry};
use pg_boss::{Host, HostFuture};

use crate::wakeups::Wakeups;
use crate::{PgBoss, provision};

/// The declared queues that this process has seen to, and the worker that waits for jobs.
#[derive(Debug, Default)]
pub(crate) struct Declared {
    seen: Mutex<HashSet<&'static str>>,
    linked: OnceLock<Registry>,
    pub(crate) wakeups: Arc<Wakeups>,
}

impl Declared {
    /// Creates or adapts the queues of these jobs, once in the life of the process.
    pub(crate) async fn provide(
        &self,
        store: &pg_boss::Store,
        jobs: impl IntoIterator<Item = &'static Declaration>,
    ) -> Result<(), Error> {
        let unseen: Vec<&Declaration> = {
            let (seen, mut found) = (self.seen(), HashSet::new());
            jobs.into_iter()
                .filter(|job| !seen.contains(job.name) && found.insert(job.name))
                .collect()
        };
        if unseen.is_empty() {
            return Ok(());
        }
        // In a box, as the future of every submission would be as large and as deep.
        Box::pin(provision::queues(store, &unseen)).await?;
        self.seen().extend(unseen.iter().map(|job| job.name));
        Ok(())
    }

    fn seen(&self) -> MutexGuard<'_, HashSet<&'static str>> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The jobs that the program declares, which are collected once: many inputs may be checked.
    fn linked(&self) -> Result<&Registry, Error> {
        if let Some(linked) = self.linked.get() {
            return Ok(linked);
        }
        let linked = Registry::linked::<PgBoss>()?;
        Ok(self.linked.get_or_init(|| linked))
    }
}

impl Host for Declared {
    fn create_queues<'a>(
        &'a self,
        store: &'a pg_boss::Store,
        queues: &'a [String],
    ) -> HostFuture<'a, bool> {
        Box::pin(async move {
            let declared: Vec<_> = self
                .linked()?
                .iter()
                .map(|job| job.declaration())
                .filter(|job| queues.iter().any(|queue| queue == job.name))
                .collect();
            if declared.is_empty() {
                return Ok(false);
            }
            // One was deleted: others may have been too.
            self.seen().clear();
            self.provide(store, declared).await?;
            Ok(true)
        })
    }

    fn enqueued(&self, due: Duration) {
        match due.is_zero() {
            true => self.wakeups.notify_all(),
            false => self.wakeups.notify_after(due),
        }
    }

    fn check_input(&self, queue: &str, input: Option<&str>) -> Result<(), Error> {
        match self.linked()?.find(queue) {
            Some(job) => job.check_input(input),
            None => Ok(()),
        }
    }
}
