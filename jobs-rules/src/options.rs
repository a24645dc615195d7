//! The options of one job: their bounds, how they merge, and pg-boss's spelling of them.

mod group;
mod json;
mod legacy;

pub use group::Group;

use std::fmt;
use std::time::Duration;

use crate::{
    JobOption, OptionValues, check_integer, check_retry_delay_max, check_seconds, parse_duration,
};
use chrono::TimeDelta;
use uuid::Uuid;

use crate::sealed::Sealed;
use crate::{Error, ErrorKind, IntoStartAfter, StartAfter};

/// Options of one job. An option that is not set is taken from the job's attribute, then from the queue.
///
/// A time is a number of whole seconds, a [`Duration`], or a text such as `"90s"`, `"15m"`, `"2h"` or `"7d"`. A value that is out of
/// bounds (those of pg-boss 12.38) is an error when the job is submitted.
///
/// ```
/// # use jobs_rules::{IntoJobOptions, JobOptions};
/// # use serde_json::json;
/// let careful = JobOptions::new().retry_limit(10).retry_delay("1m").retry_backoff(true).expire_in("5m");
///
/// // The same in pg-boss's spelling. What takes options, such as `submit_with`, takes both.
/// let spelled = json!({"retryLimit": 10, "retryDelay": 60, "retryBackoff": true, "expireInSeconds": 300});
/// assert_eq!(spelled.into_job_options()?, careful);
/// # Ok::<(), jobs_rules::Error>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq)]
pub struct JobOptions {
    values: OptionValues,
    refused: Option<String>,
}

/// A length of time: whole seconds as an integer, a duration, or a text such as `"90s"`, `"1h 30m"`, `"5 minutes"`. Only this crate
/// implements the trait.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a length of time",
    label = "not a length of time",
    note = "write whole seconds (`90`), a `Duration`, or a text (\"90s\", \"1h 30m\", \"5 minutes\")"
)]
pub trait IntoSeconds: Sealed {
    /// Converts the argument.
    ///
    /// # Errors
    /// What is wrong with it, to complete a sentence that begins with the option's name.
    fn into_time(self) -> Result<Duration, String>;
}

fn negative(given: impl fmt::Display) -> String {
    format!("must not be negative, as {given} is")
}

impl IntoSeconds for Duration {
    fn into_time(self) -> Result<Duration, String> {
        Ok(self)
    }
}

impl IntoSeconds for TimeDelta {
    fn into_time(self) -> Result<Duration, String> {
        self.to_std().map_err(|_| negative(self))
    }
}

impl IntoSeconds for &str {
    fn into_time(self) -> Result<Duration, String> {
        parse_duration(self).map_err(|error| format!("is wrong: {error}"))
    }
}

impl IntoSeconds for String {
    fn into_time(self) -> Result<Duration, String> {
        self.as_str().into_time()
    }
}

macro_rules! seconds {
    ($($integer:ty)*) => {$(
        impl IntoSeconds for $integer {
            fn into_time(self) -> Result<Duration, String> {
                let seconds = u64::try_from(self).map_err(|_| negative(self))?;
                Ok(Duration::from_secs(seconds))
            }
        }
    )*};
}

seconds!(i32 i64 u8 u16 u32 u64 usize);

/// The options of `submit_with`: [`JobOptions`], or a `serde_json::Value` in pg-boss's spelling.
/// Only this crate implements the trait.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a set of job options",
    label = "not job options",
    note = "give `JobOptions::new().retry_limit(2)`, or JSON in pg-boss's spelling: `json!({{\"retryLimit\": 2}})`"
)]
pub trait IntoJobOptions: Sealed {
    /// Converts the argument.
    ///
    /// # Errors
    /// [`ErrorKind::BadInput`] naming a member that is not an option, or whose value is not valid.
    fn into_job_options(self) -> Result<JobOptions, Error>;
}

impl IntoJobOptions for JobOptions {
    fn into_job_options(self) -> Result<JobOptions, Error> {
        Ok(self)
    }
}

/// No options.
impl IntoJobOptions for () {
    fn into_job_options(self) -> Result<JobOptions, Error> {
        Ok(JobOptions::new())
    }
}

impl JobOptions {
    /// Sets no option: everything comes from the job and its queue.
    pub fn new() -> Self {
        Self::default()
    }

    /// How many more attempts may follow the first.
    #[must_use]
    pub fn retry_limit(mut self, limit: u32) -> Self {
        self.values.retry_limit = self.integer(JobOption::RetryLimit, limit.into());
        self
    }

    /// How long a failed attempt waits for the next: whole seconds.
    #[must_use]
    pub fn retry_delay(mut self, delay: impl IntoSeconds) -> Self {
        self.values.retry_delay = self.seconds(JobOption::RetryDelay, delay);
        self
    }

    /// Whether the retry delay doubles with each attempt; a part of it is random.
    #[must_use]
    pub fn retry_backoff(mut self, backoff: bool) -> Self {
        self.values.retry_backoff = Some(backoff);
        self
    }

    /// The maximum of a retry delay with backoff.
    #[must_use]
    pub fn retry_delay_max(mut self, longest: impl IntoSeconds) -> Self {
        self.values.retry_delay_max = self.seconds(JobOption::RetryDelayMax, longest);
        self
    }

    /// How long an attempt may take: 1 second to 24 hours.
    #[must_use]
    pub fn expire_in(mut self, time: impl IntoSeconds) -> Self {
        self.values.expire_in = self.seconds(JobOption::ExpireIn, time);
        self
    }

    /// How long a job that no worker fetches is kept after it was due.
    #[must_use]
    pub fn retention(mut self, time: impl IntoSeconds) -> Self {
        self.values.retention = self.seconds(JobOption::Retention, time);
        self
    }

    /// How long an ended job is kept; 0 keeps it for ever.
    #[must_use]
    pub fn delete_after(mut self, time: impl IntoSeconds) -> Self {
        self.values.delete_after = self.seconds(JobOption::DeleteAfter, time);
        self
    }

    /// After how long without a heartbeat a running job is taken from its worker: 10 seconds or more.
    #[must_use]
    pub fn heartbeat(mut self, time: impl IntoSeconds) -> Self {
        self.values.heartbeat = self.seconds(JobOption::Heartbeat, time);
        self
    }

    /// Jobs with a higher priority run first; the default is 0.
    #[must_use]
    pub fn priority(mut self, priority: i32) -> Self {
        self.values.priority = Some(priority);
        self
    }

    /// The name of the queue that gets a copy if the job fails for good.
    #[must_use]
    pub fn dead_letter(mut self, queue: impl Into<String>) -> Self {
        let queue = queue.into();
        if let Err(error) = JobOption::DeadLetter.check_text(&queue) {
            self.refuse(error);
        }
        self.values.dead_letter = Some(queue);
        self
    }

    /// The job's id, instead of a random one. It is unique within the queue: a second job with it is a duplicate.
    #[must_use]
    pub fn id(mut self, id: Uuid) -> Self {
        self.values.id = Some(id);
        self
    }

    /// Deduplication key: the queue's policy, [`throttle`](Self::throttle) and [`debounce`](Self::debounce) treat jobs with the
    /// same key as duplicates.
    #[must_use]
    pub fn singleton_key(mut self, key: impl Into<String>) -> Self {
        let key = key.into();
        if let Err(error) = JobOption::SingletonKey.check_text(&key) {
            self.refuse(error);
        }
        self.values.singleton_key = Some(key);
        self
    }

    /// Stores at most one job, or one of each singleton key, in each slot of this length; a second one is a duplicate.
    #[must_use]
    pub fn throttle(self, slot: impl IntoSeconds) -> Self {
        self.slot("throttle", slot, false)
    }

    /// As [`throttle`](Self::throttle), but a second job is stored for the next slot; a third is a duplicate.
    #[must_use]
    pub fn debounce(self, slot: impl IntoSeconds) -> Self {
        self.slot("debounce", slot, true)
    }

    /// The group whose active jobs a worker may limit: its id (`"tenant"`), or its id and tier (`("tenant", "pro")`).
    #[must_use]
    pub fn group(mut self, group: impl Into<Group>) -> Self {
        let group = group.into();
        if let Err(error) = group.check() {
            self.refuse(error);
        }
        self.values.group = Some(group);
        self
    }

    /// When it is due: what `Submission::delay` takes. `delay`, `run_at` and `run_in` of a submission
    /// win over it.
    #[must_use]
    pub fn start_after(mut self, start_after: impl IntoStartAfter) -> Self {
        let start_after = start_after.into_start_after();
        match start_after.and_then(|start_after| start_after.check().map(|()| start_after)) {
            Ok(start_after) => self.values.start_after = Some(start_after),
            Err(error) => self.refuse(error),
        }
        self
    }

    /// Takes the options that are not set here from `base`.
    #[must_use]
    pub fn over(self, base: &Self) -> Self {
        Self {
            values: self.values.over(&base.values),
            refused: self.refused.or_else(|| base.refused.clone()),
        }
    }

    /// The options that are set.
    pub fn values(&self) -> &OptionValues {
        &self.values
    }

    /// Puts this before the names of queues in the options, for an executor that separates environments.
    #[must_use]
    pub fn with_queue_prefix(mut self, prefix: &str) -> Self {
        if let Some(queue) = &mut self.values.dead_letter {
            queue.insert_str(0, prefix);
        }
        self
    }

    /// Takes the start out of the options, for a submission that has one of its own.
    pub fn take_start_after(&mut self) -> Option<StartAfter> {
        self.values.start_after.take()
    }

    /// Checks each option, and the options together.
    ///
    /// # Errors
    /// [`ErrorKind::BadInput`] naming the option and what it may be.
    pub fn check(&self) -> Result<(), Error> {
        let refused = match &self.refused {
            Some(refused) => Some(refused.clone()),
            None => check_retry_delay_max(self.values.retry_delay_max, self.values.retry_backoff)
                .err()
                .map(|error| error.to_string()),
        };
        refused.map_or(Ok(()), |message| {
            Err(Error::new(ErrorKind::BadInput, message))
        })
    }

    fn slot(mut self, method: &str, slot: impl IntoSeconds, next: bool) -> Self {
        self.values.singleton_seconds = self.seconds_of(method, JobOption::SingletonSeconds, slot);
        self.values.singleton_next_slot = Some(next);
        self
    }

    fn seconds(&mut self, option: JobOption, time: impl IntoSeconds) -> Option<i32> {
        self.seconds_of(option.rust_name(), option, time)
    }

    /// The seconds of an option that a method of this name sets.
    fn seconds_of(
        &mut self,
        method: &str,
        option: JobOption,
        time: impl IntoSeconds,
    ) -> Option<i32> {
        let checked = match time.into_time() {
            Ok(time) => check_seconds(option, time).map_err(|error| error.under(method)),
            Err(wrong) => Err(format!("`{method}` {wrong}")),
        };
        checked.map_err(|error| self.refuse(error)).ok()
    }

    fn integer(&mut self, option: JobOption, value: i64) -> Option<i32> {
        check_integer(option, value)
            .map_err(|error| self.refuse(error))
            .ok()
    }

    fn refuse(&mut self, error: impl ToString) {
        self.refused.get_or_insert_with(|| error.to_string());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn switching_the_backoff_off_takes_its_bound_along() {
        let base = JobOptions::new().retry_backoff(true).retry_delay_max(60);
        let off = JobOptions::new().retry_backoff(false).over(&base);
        assert_eq!(off.values().retry_delay_max, None);
        assert!(off.check().is_ok());
        let longer = JobOptions::new().retry_delay_max(90).over(&base);
        assert_eq!(longer.values().retry_delay_max, Some(90));
    }

    #[test]
    fn an_option_is_named_as_it_was_written() {
        use crate::IntoJobOptions;
        use serde_json::json;

        let message = |options: Result<JobOptions, Error>| {
            let refused = options.and_then(|options| options.check());
            refused.expect_err("it is refused").to_string()
        };
        for (options, name) in [
            (Ok(JobOptions::new().throttle(0)), "throttle"),
            (Ok(JobOptions::new().debounce("0s")), "debounce"),
            (Ok(JobOptions::new().debounce(-1)), "debounce"),
            (Ok(JobOptions::new().retry_limit(u32::MAX)), "retry_limit"),
            (Ok(JobOptions::new().expire_in("2d")), "expire_in"),
            (
                json!({"singletonSeconds": 0}).into_job_options(),
                "singletonSeconds",
            ),
            (json!({"retryLimit": -1}).into_job_options(), "retryLimit"),
            (
                json!({"expireInSeconds": 0}).into_job_options(),
                "expireInSeconds",
            ),
        ] {
            let message = message(options);
            assert!(message.starts_with(&format!("`{name}` must ")), "{message}");
        }
    }
}
