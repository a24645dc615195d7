//! The options of a queue, in Rust and in pg-boss's spelling.

mod check;

use jobs_rules::{Error, IntoSeconds, QueuePolicy};
use jobs_rules::{JobOption, check_integer, check_seconds, shorten};
use serde_json::{Map, Value};

use crate::sealed::Sealed;
use crate::validate::bad_input;
pub use check::OPTIONS_OF_JOBS;
use check::check;

/// Options of a queue. What is not given has pg-boss's default when the queue is created, and stays as it is when it is updated.
/// Jobs copy the options when they are stored; existing jobs keep theirs.
///
/// A queue that is created by hand has pg-boss's defaults in everything, and so, unlike that of a declared job, no heartbeat and
/// no `notify`.
#[derive(Debug, Clone, Default, PartialEq)]
#[must_use]
pub struct QueueOptions {
    /// In pg-boss's spelling; null clears.
    members: Map<String, Value>,
    refused: Option<String>,
}

/// What `create_queue` and `update_queue` take: [`QueueOptions`], or JSON in pg-boss's spelling (`{"retryLimit": 2}`).
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a set of queue options",
    label = "not queue options",
    note = "give `QueueOptions::new().retry_limit(2)`, or JSON in pg-boss's spelling: `json!({{\"retryLimit\": 2}})`"
)]
pub trait IntoQueueOptions: Sealed {
    /// Reads it; what is wrong with it is the error of the operation.
    fn into_queue_options(self) -> QueueOptions;
}

impl IntoQueueOptions for QueueOptions {
    fn into_queue_options(self) -> QueueOptions {
        self
    }
}

/// No options.
impl IntoQueueOptions for () {
    fn into_queue_options(self) -> QueueOptions {
        QueueOptions::new()
    }
}

impl IntoQueueOptions for Value {
    fn into_queue_options(self) -> QueueOptions {
        let options = QueueOptions::new();
        match self {
            Self::Null => options,
            Self::Object(members) => members.into_iter().fold(options, |options, (name, value)| {
                options.member(&name, value)
            }),
            other => options.refuse(format!(
                "queue options are a JSON object, not `{}`",
                shorten(&other.to_string())
            )),
        }
    }
}

const POLICY: &str = "policy";
const PARTITION: &str = "partition";
const NOTIFY: &str = "notify";
const WARNING: &str = "warningQueueSize";

/// What a queue has for its life.
const FIXED: [&str; 2] = [POLICY, PARTITION];

/// What may be cleared by a null.
const CLEARABLE: [JobOption; 3] = [
    JobOption::DeadLetter,
    JobOption::RetryDelayMax,
    JobOption::Heartbeat,
];

impl Sealed for QueueOptions {}

impl QueueOptions {
    /// No option.
    pub fn new() -> Self {
        Self::default()
    }

    /// How many jobs of one key may exist at once; it can never be changed. The default is the standard policy, without limits.
    pub fn policy(self, policy: QueuePolicy) -> Self {
        self.put(POLICY, policy.as_str())
    }

    /// Whether the queue gets a table of its own; it can never be changed.
    pub fn partition(self, partition: bool) -> Self {
        self.put(PARTITION, partition)
    }

    /// Whether a submission wakes the workers that listen (`NOTIFY`).
    pub fn notify(self, notify: bool) -> Self {
        self.put(NOTIFY, notify)
    }

    /// How many waiting jobs are worth a warning; 0, the default, is the supervisor's own number, 10,000.
    pub fn warning_queue_size(self, jobs: u32) -> Self {
        self.member(WARNING, jobs.into())
    }

    /// How many more attempts may follow the first; the default is 2.
    pub fn retry_limit(self, limit: u32) -> Self {
        let option = JobOption::RetryLimit;
        match check_integer(option, limit.into()) {
            Ok(limit) => self.put(option.json_name(), limit),
            Err(error) => self.refuse(error.to_string()),
        }
    }

    /// How long a failed attempt waits for the next; the default is not at all.
    pub fn retry_delay(self, delay: impl IntoSeconds) -> Self {
        self.seconds(JobOption::RetryDelay, delay)
    }

    /// Whether that wait doubles with each attempt, with some chance in it.
    pub fn retry_backoff(self, backoff: bool) -> Self {
        self.put(JobOption::RetryBackoff.json_name(), backoff)
    }

    /// The longest that a growing wait may get.
    pub fn retry_delay_max(self, longest: impl IntoSeconds) -> Self {
        self.seconds(JobOption::RetryDelayMax, longest)
    }

    /// How long an attempt may take, 1 second to 24 hours; the default is 15 minutes.
    pub fn expire_in(self, time: impl IntoSeconds) -> Self {
        self.seconds(JobOption::ExpireIn, time)
    }

    /// How long a job that was not fetched is kept after it was due; the default is 14 days.
    pub fn retention(self, time: impl IntoSeconds) -> Self {
        self.seconds(JobOption::Retention, time)
    }

    /// How long an ended job is kept; 0 keeps it for ever, and the default is 7 days.
    pub fn delete_after(self, time: impl IntoSeconds) -> Self {
        self.seconds(JobOption::DeleteAfter, time)
    }

    /// After how long without a heartbeat a worker counts as dead: 10 seconds or more.
    pub fn heartbeat(self, time: impl IntoSeconds) -> Self {
        self.seconds(JobOption::Heartbeat, time)
    }

    /// The queue for copies of jobs that failed for good; it must exist.
    pub fn dead_letter(self, queue: &str) -> Self {
        self.member(JobOption::DeadLetter.json_name(), queue.into())
    }

    /// No dead letter queue any more.
    pub fn without_dead_letter(self) -> Self {
        self.put(JobOption::DeadLetter.json_name(), Value::Null)
    }

    /// No bound for the growing wait any more.
    pub fn without_retry_delay_max(self) -> Self {
        self.put(JobOption::RetryDelayMax.json_name(), Value::Null)
    }

    /// No heartbeat any more.
    pub fn without_heartbeat(self) -> Self {
        self.put(JobOption::Heartbeat.json_name(), Value::Null)
    }

    /// What is given of that which never changes, in pg-boss's spelling.
    pub(super) fn fixed(&self) -> Map<String, Value> {
        let given = |name: &&str| self.members.get(*name).filter(|value| !value.is_null());
        FIXED
            .iter()
            .filter_map(|name| Some(((*name).to_owned(), given(name)?.clone())))
            .collect()
    }

    /// What a queue is created with, in pg-boss's spelling.
    pub(super) fn for_new(mut self, name: &str) -> Result<Map<String, Value>, Error> {
        self.members
            .entry(POLICY)
            .or_insert_with(|| QueuePolicy::Standard.as_str().into());
        self.members.retain(|_, value| !value.is_null());
        self.checked(name)
    }

    /// What changes of a queue, in pg-boss's spelling.
    pub(super) fn for_standing(self, name: &str) -> Result<Map<String, Value>, Error> {
        for fixed in FIXED {
            if self.members.contains_key(fixed) {
                return Err(bad_input(format!(
                    "the `{fixed}` of a queue cannot be changed: delete the queue and its jobs with \
                     `boss.delete_queue(\"{name}\")`, and create it again"
                )));
            }
        }
        let members = self.checked(name)?;
        match members.is_empty() {
            true => Err(bad_input(format!(
                "no option of the queue `{name}` is given, so there is nothing to change"
            ))),
            false => Ok(members),
        }
    }

    fn checked(self, name: &str) -> Result<Map<String, Value>, Error> {
        if let Some(message) = self.refused {
            return Err(bad_input(message));
        }
        let is_given = |option: JobOption| {
            self.members
                .get(option.json_name())
                .filter(|value| !value.is_null())
        };
        if is_given(JobOption::RetryDelayMax).is_some()
            && is_given(JobOption::RetryBackoff) != Some(&Value::Bool(true))
        {
            return Err(bad_input(
                "`retryDelayMax` needs `retryBackoff: true` beside it; without it the delay never grows",
            ));
        }
        if is_given(JobOption::DeadLetter).and_then(Value::as_str) == Some(name) {
            return Err(bad_input(format!(
                "the queue `{name}` cannot be its own dead letter queue"
            )));
        }
        Ok(self.members)
    }

    /// Sets a member in pg-boss's spelling.
    fn member(self, name: &str, value: Value) -> Self {
        if value.is_null() && CLEARABLE.iter().any(|option| option.json_name() == name) {
            return self.put(name, value);
        }
        match check(name, &value) {
            Ok(()) => self.put(name, value),
            Err(message) => self.refuse(message),
        }
    }

    fn seconds(self, option: JobOption, time: impl IntoSeconds) -> Self {
        let seconds = time
            .into_time()
            .map_err(|wrong| format!("`{option}` {wrong}"))
            .and_then(|time| check_seconds(option, time).map_err(|error| error.to_string()));
        match seconds {
            Ok(seconds) => self.put(option.json_name(), seconds),
            Err(message) => self.refuse(message),
        }
    }

    fn put(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.members.insert(name.to_owned(), value.into());
        self
    }

    fn refuse(mut self, message: String) -> Self {
        self.refused.get_or_insert(message);
        self
    }
}

#[cfg(test)]
mod tests;
