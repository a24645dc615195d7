//! Which jobs this process runs, and how many at once.

use std::collections::HashMap;
use std::sync::Arc;

use jobs_core::executor::{BatchHandler, Registered, WorkerSettings};

use crate::store::{GroupLimit, Limits};

/// How many jobs of one name run at once in one process, where neither the attribute nor the builder says.
pub(crate) const CONCURRENCY: usize = 10;

/// One queue that the process works.
#[derive(Debug, Clone)]
pub(crate) struct QueueWorker {
    pub(crate) job: &'static Registered,
    /// The queue.
    pub(crate) name: Arc<str>,
    pub(crate) job_name: Arc<str>,
    /// How many calls of its function may run at once.
    pub(crate) concurrency: usize,
    /// The function that takes several jobs at once, if it is one, and how many at most.
    pub(crate) batch: Option<(BatchHandler, usize)>,
    /// What holds its jobs back beside their time; `None` where nothing does.
    pub(crate) limits: Option<Arc<Limits>>,
}

impl QueueWorker {
    /// The queue of this job. `is_limited` says whether its policy looks at active jobs.
    pub(crate) fn new(job: &'static Registered, is_limited: bool) -> Self {
        let declaration = job.declaration();
        let settings = &declaration.worker;
        let batch_size = settings.batch.map_or(1, size);
        Self {
            job,
            name: declaration.queue_name.into(),
            job_name: declaration.name.into(),
            concurrency: settings.concurrency.map_or(CONCURRENCY, size),
            batch: job.batch_handler().map(|handler| (handler, batch_size)),
            limits: limits(settings, is_limited).map(Arc::new),
        }
    }

    /// How many jobs one call of its function takes at most.
    pub(crate) fn batch_size(&self) -> usize {
        self.batch.map_or(1, |(_, size)| size)
    }
}

fn limits(settings: &WorkerSettings, is_limited: bool) -> Option<Limits> {
    let groups = settings.group_concurrency.map(|default| GroupLimit {
        default: limit(default),
        tiers: settings
            .group_tiers
            .iter()
            .map(|(tier, own)| ((*tier).to_owned(), limit(*own)))
            .collect(),
    });
    let limits = Limits {
        min_priority: settings.min_priority,
        max_priority: settings.max_priority,
        groups,
    };
    let has_range = limits.min_priority.is_some() || limits.max_priority.is_some();
    (is_limited || has_range || limits.groups.is_some()).then_some(limits)
}

fn size(number: u32) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

fn limit(number: u32) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}

/// All queues that the process works.
#[derive(Debug, Default)]
pub(crate) struct WorkPlan {
    pub(crate) queues: HashMap<&'static str, QueueWorker>,
    /// From which nothing is fetched when it starts.
    pub(crate) paused: Vec<String>,
    /// How many jobs may run at once in all.
    pub(crate) concurrency: usize,
}
