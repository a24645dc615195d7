//! The types of a job, and its declaration.

use std::fmt;

use jobs_rules::QueuePolicy;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::{Error, Executor, Extensions, JobOptions};

/// A kind of job. The attribute [`macro@crate::job`] generates a handle, and implements this for it.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a job handle",
    label = "not a `Job`",
    note = "`#[job(executor = ...)] async fn send_mail(..)` generates the handle `SendMail`"
)]
pub trait Job: Send + Sync + Sized + 'static {
    /// What the caller submits.
    type Input: Serialize + DeserializeOwned + Send + 'static;
    /// What the function returns.
    type Output: Serialize + DeserializeOwned + Send + 'static;
    /// The executor that stores and runs it.
    type Executor: Executor;
    /// The delegates of the entities that it declares: the type of `ctx.entities`.
    type Entities: Clone + Send + Sync + 'static;

    /// The job's name, and its queue's unless the executor separates environments and products.
    const NAME: &'static str;

    /// Everything that the attribute declares.
    fn declaration() -> &'static Declaration;

    /// Collects the delegates for one attempt.
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`](crate::ErrorKind::Configuration) if the delegate of an entity is not provided.
    fn entities(provided: &Extensions) -> Result<Self::Entities, Error>;
}

/// What the attribute of one job declares. What it does not mention is `None`: the executor's default applies.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Declaration {
    /// The job's name.
    pub name: &'static str,
    /// The queue's name: the job's, unless the executor puts something before it.
    pub queue_name: &'static str,
    /// Where the attribute is.
    pub place: SourceLocation,
    /// Defaults for every submission.
    pub options: JobOptions,
    /// Settings of the queue.
    pub queue: QueueSettings,
    /// Settings of the worker in this process.
    pub worker: WorkerSettings,
    /// When the executor submits it by itself.
    pub schedules: Vec<Schedule>,
}

impl Declaration {
    /// Declares a job that has only a name.
    pub fn new(name: &'static str, place: SourceLocation) -> Self {
        Self {
            name,
            queue_name: name,
            place,
            options: JobOptions::default(),
            queue: QueueSettings::default(),
            worker: WorkerSettings::default(),
            schedules: Vec::new(),
        }
    }

    /// The same job with a queue whose name begins with this, and its dead letter queue's too.
    pub(crate) fn with_queue_prefix(&self, prefix: &str) -> Self {
        let mut declaration = Self {
            queue_name: format!("{prefix}{}", self.queue_name).leak(),
            options: self.options.clone().with_queue_prefix(prefix),
            ..self.clone()
        };
        for schedule in &mut declaration.schedules {
            schedule.options = schedule.options.clone().with_queue_prefix(prefix);
        }
        declaration
    }
}

/// A place in the source code.
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

/// The `queue(...)` of the attribute.
#[derive(Debug, Clone, Copy, Default)]
#[non_exhaustive]
pub struct QueueSettings {
    /// How many jobs with the same singleton key may wait and run at once.
    pub policy: Option<QueuePolicy>,
    /// Whether the queue gets a table of its own.
    pub partition: Option<bool>,
    /// Whether a submission wakes the workers (`NOTIFY`).
    pub notify: Option<bool>,
}

/// The `worker(...)` of the attribute.
#[derive(Debug, Clone, Copy, Default)]
#[non_exhaustive]
pub struct WorkerSettings {
    /// How many calls of the function may run at once in this process: jobs, or batches of them.
    pub concurrency: Option<u32>,
    /// The maximum number of jobs for one call of a function that takes several.
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

impl WorkerSettings {
    /// How many jobs of one group may be active at once, if they are of this tier.
    pub fn group_limit(&self, tier: Option<&str>) -> Option<u32> {
        let own = tier.and_then(|tier| self.group_tiers.iter().find(|(name, _)| *name == tier));
        own.map(|(_, limit)| *limit).or(self.group_concurrency)
    }
}

/// One `schedule` of the attribute.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Schedule {
    /// Distinguishes the schedules of one job; empty if there is only one.
    pub key: &'static str,
    /// The cron expression, checked while compiling.
    pub cron: &'static str,
    /// The time zone, checked while compiling; `None` is UTC.
    pub tz: Option<&'static str>,
    /// How ticks are handled that were due while no process ran: `skip`, `once` (only the latest) or `all`.
    pub missed: Option<&'static str>,
    /// Makes the input of a job that it submits, as JSON.
    pub input: fn() -> Result<serde_json::Value, serde_json::Error>,
    /// Options of the jobs that it submits; they win over the job's.
    pub options: JobOptions,
}

impl Schedule {
    /// Declares a schedule in UTC with the default for missed ticks and without options.
    pub fn new(
        key: &'static str,
        cron: &'static str,
        input: fn() -> Result<serde_json::Value, serde_json::Error>,
    ) -> Self {
        Self {
            key,
            cron,
            tz: None,
            missed: None,
            input,
            options: JobOptions::default(),
        }
    }
}
