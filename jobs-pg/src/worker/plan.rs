//! Which jobs this process runs, and how many at once.

use std::collections::HashMap;
use std::sync::Arc;

use jobs_core::Registered;

use crate::store::Limits;

/// How many jobs of one name run at once in one process, where neither the attribute nor the builder says.
pub(crate) const CONCURRENCY: usize = 10;

/// One queue that the process works.
#[derive(Debug, Clone)]
pub(crate) struct Line {
    pub(crate) job: &'static Registered,
    pub(crate) name: Arc<str>,
    /// How many of them may run at once.
    pub(crate) concurrency: usize,
    /// What holds its jobs back beside their time; `None` where nothing does.
    pub(crate) limits: Option<Arc<Limits>>,
}

/// All queues that the process works.
#[derive(Debug, Default)]
pub(crate) struct Plan {
    pub(crate) lines: HashMap<&'static str, Line>,
    /// How many jobs may run at once in all.
    pub(crate) concurrency: usize,
}
