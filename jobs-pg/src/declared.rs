//! The queues that this program declares, for the operations on them.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jobs_core::executor::Declaration;
use jobs_core::{Error, JobOptions};
use pg_boss::{Host, HostFuture};

use crate::namespace::Namespace;
use crate::provision;
use crate::wakeups::Wakeups;

/// The declared queues that this process has seen to, and the worker that waits for jobs.
#[derive(Debug)]
pub(crate) struct Declared {
    pub(crate) namespace: Namespace,
    seen: Mutex<HashSet<&'static str>>,
    pub(crate) wakeups: Arc<Wakeups>,
}

impl Declared {
    pub(crate) fn new(namespace: Namespace) -> Self {
        Self {
            namespace,
            seen: Mutex::default(),
            wakeups: Arc::default(),
        }
    }

    /// Creates or adapts the queues of these jobs, once in the life of the process.
    pub(crate) async fn provide(
        &self,
        store: &pg_boss::Store,
        jobs: impl IntoIterator<Item = &'static Declaration>,
    ) -> Result<(), Error> {
        let unseen: Vec<&Declaration> = {
            let (seen, mut found) = (self.seen(), HashSet::new());
            jobs.into_iter()
                .filter(|job| !seen.contains(job.queue_name) && found.insert(job.queue_name))
                .collect()
        };
        if unseen.is_empty() {
            return Ok(());
        }
        // In a box, as the future of every submission would be as large and as deep.
        Box::pin(provision::queues(store, &unseen, &self.namespace)).await?;
        self.seen().extend(unseen.iter().map(|job| job.queue_name));
        Ok(())
    }

    fn seen(&self) -> MutexGuard<'_, HashSet<&'static str>> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Host for Declared {
    fn create_queues<'a>(
        &'a self,
        store: &'a pg_boss::Store,
        queues: &'a [String],
    ) -> HostFuture<'a, bool> {
        Box::pin(async move {
            let jobs = self.namespace.linked()?.iter();
            let declared: Vec<_> = jobs
                .map(|job| job.declaration())
                .filter(|job| queues.iter().any(|queue| queue == job.queue_name))
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

    fn place(&self, job: &str, options: JobOptions) -> (String, JobOptions) {
        self.namespace.place(job, options)
    }

    fn check_input(&self, queue: &str, input: Option<&str>) -> Result<(), Error> {
        match self.namespace.job(queue)? {
            Some(job) => job.check_input(input),
            None => Ok(()),
        }
    }
}
