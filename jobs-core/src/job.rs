//! What a job is: its types, and what was declared of it.

use std::fmt;

use jobs_rules::QueuePolicy;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::{Error, Executor, Extensions, JobOptions};

/// A kind of job. [`macro@crate::job`] implements it for the handle that it generates.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a job handle",
    label = "not a `Job`",
    note = "`#[job(executor = ...)] async fn send_mail(..)` generates the handle `SendMail`"
)]
pub trait Job: Send + Sync + Sized + 'static {
    /// What the caller gives.
    type Input: Serialize + DeserializeOwned + Send + 'static;
    /// What the function returns.
    type Output: Serialize + DeserializeOwned + Send + 'static;
    /// The executor that keeps and runs it.
    type Executor: Executor;
    /// The delegates of the entities that it declared.
    type Entities: Clone + Send + Sync + 'static;

    /// The job's name in the database, and its queue's.
    const NAME: &'static str;

    /// Everything that the attribute says.
    fn declaration() -> &'static Declaration;

    /// Collects the delegates for one run.
    ///
    /// # Errors
    /// If the delegate of an entity is not provided.
    fn entities(provided: &Extensions) -> Result<Self::Entities, Error>;
}

/// What the attribute of one job says. An option that it does not mention is `None` and left as the executor has it.
#[derive(Debug)]
#[non_exhaustive]
pub struct Declaration {
    /// The job's name, and its queue's.
    pub name: &'static str,
    /// Where the attribute is.
    pub place: SourceLocation,
    /// Defaults for every submission.
    pub options: JobOptions,
    /// Settings of the queue.
    pub queue: QueueSettings,
    /// Settings of the worker in this process.
    pub worker: WorkerSettings,
    /// When it is submitted by the clock.
    pub schedules: Vec<Schedule>,
}

impl Declaration {
    /// Declares a job that states nothing beyond its name.
    pub fn new(name: &'static str, place: SourceLocation) -> Self {
        Self {
            name,
            place,
            options: JobOptions::default(),
            queue: QueueSettings::default(),
            worker: WorkerSettings::default(),
            schedules: Vec::new(),
        }
    }
}

/// A place in the source.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SourceLocation {
    /// The file, as the compiler names it.
    pub file: &'static str,
    /// The line, from 1.
    pub line: u32,
}

impl fmt::Display for SourceLocation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.file, self.line)
    }
}

/// `queue(...)` of the attribute.
#[derive(Debug, Clone, Copy, Default)]
pub struct QueueSettings {
    /// How many jobs of one key may wait and run at once.
    pub policy: Option<QueuePolicy>,
    /// Whether the queue gets a table of its own.
    pub partition: Option<bool>,
    /// Whether a submission wakes the workers (`NOTIFY`).
    pub notify: Option<bool>,
}

/// `worker(...)` of the attribute.
#[derive(Debug, Clone, Copy, Default)]
pub struct WorkerSettings {
    /// How many calls of the function may run at once in this process: jobs, or batches of them.
    pub concurrency: Option<u32>,
    /// How many jobs one call takes at most, where the function takes several.
    pub batch: Option<u32>,
    /// Only jobs of at least this priority are fetched.
    pub min_priority: Option<i32>,
    /// Only jobs of at most this priority are fetched.
    pub max_priority: Option<i32>,
    /// How many jobs of one group may be active at once, over all processes.
    pub group_concurrency: Option<u32>,
    /// The same for groups of these tiers.
    pub group_tiers: &'static [(&'static str, u32)],
}

/// One `schedule` of the attribute.
#[derive(Debug)]
pub struct Schedule {
    /// Its name among the schedules of the same job; empty for the only one.
    pub key: &'static str,
    /// The cron expression, checked while compiling.
    pub cron: &'static str,
    /// The time zone, checked while compiling; `None` is UTC.
    pub tz: Option<&'static str>,
    /// How ticks are handled that were due while no process ran: `skip`, `once` (the latest) or `all`.
    pub missed: Option<&'static str>,
    /// Makes the input of the jobs that it submits, as JSON.
    pub input: fn() -> Result<serde_json::Value, serde_json::Error>,
    /// Options for the jobs that it submits; they win over the job's.
    pub options: JobOptions,
}
