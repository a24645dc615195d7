//! The options of a schedule, in Rust and in pg-boss's spelling.

use jobs_rules::{Error, IntoJobOptions, JobOption, JobOptions};
use jobs_rules::{check_name, shorten, unknown};
use serde_json::{Map, Value};

use crate::sealed::Sealed;
use crate::validate::bad_input;

/// No zone has a longer name, in bytes.
const MAX_ZONE: usize = 100;

const TZ: &str = "tz";
const KEY: &str = "key";
const MISSED: &str = "missed";
const POLICIES: [&str; 3] = ["skip", "once", "all"];

/// How a schedule is read, and the options of the jobs that it submits.
#[derive(Debug, Clone, Default, PartialEq)]
#[must_use]
pub struct ScheduleOptions {
    pub(super) tz: Option<String>,
    pub(super) key: Option<String>,
    missed: Option<String>,
    options: JobOptions,
    refused: Option<String>,
}

/// What `set_schedule` takes: [`ScheduleOptions`], or JSON in pg-boss's spelling (`{"tz": "Europe/Berlin", "priority": 3}`).
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a set of schedule options",
    label = "not schedule options",
    note = "give `ScheduleOptions::new().tz(\"Europe/Berlin\")`, or JSON in pg-boss's spelling: `json!({{\"tz\": \"Europe/Berlin\"}})`"
)]
pub trait IntoScheduleOptions: Sealed {
    /// Reads it; what is wrong with it is the error of the operation.
    fn into_schedule_options(self) -> ScheduleOptions;
}

impl IntoScheduleOptions for ScheduleOptions {
    fn into_schedule_options(self) -> ScheduleOptions {
        self
    }
}

/// No options.
impl IntoScheduleOptions for () {
    fn into_schedule_options(self) -> ScheduleOptions {
        ScheduleOptions::new()
    }
}

impl IntoScheduleOptions for Value {
    fn into_schedule_options(self) -> ScheduleOptions {
        let mut options = ScheduleOptions::new();
        let Self::Object(mut members) = self else {
            options.refused = (!self.is_null()).then(|| {
                format!(
                    "schedule options are a JSON object, not `{}`",
                    shorten(&self.to_string())
                )
            });
            return options;
        };
        let mut text = |name: &str| match members.remove(name) {
            None | Some(Self::Null) => Ok(None),
            Some(Self::String(text)) => Ok(Some(text)),
            Some(other) => Err(format!(
                "`{name}` must be a text, not `{}`",
                shorten(&other.to_string())
            )),
        };
        for (place, given) in [
            (&mut options.tz, text(TZ)),
            (&mut options.key, text(KEY)),
            (&mut options.missed, text(MISSED)),
        ] {
            match given {
                Ok(given) => *place = given,
                Err(message) => options.refused = Some(message),
            }
        }
        let unknown = members.keys().find(|name| !JobOption::is_json_name(name));
        if let Some(name) = unknown {
            let of_jobs = JobOption::ALL
                .into_iter()
                .filter(|option| *option != JobOption::Id);
            let known: Vec<&str> = [TZ, KEY, MISSED]
                .into_iter()
                .chain(of_jobs.map(JobOption::json_name))
                .collect();
            options.refuse(jobs_rules::unknown("option of a schedule", name, &known));
        }
        options.with(Self::Object(members))
    }
}

impl Sealed for ScheduleOptions {}

impl ScheduleOptions {
    /// UTC, no key, missed occurrences skipped, the queue's options.
    pub fn new() -> Self {
        Self::default()
    }

    /// The zone by whose wall clock the expression is read: an IANA name, or a fixed offset such as `+05:30`.
    pub fn tz(mut self, zone: impl Into<String>) -> Self {
        self.tz = Some(zone.into());
        self
    }

    /// Tells this schedule from others of the same queue.
    pub fn key(mut self, key: impl Into<String>) -> Self {
        self.key = Some(key.into());
        self
    }

    /// What is done about occurrences that no process saw: `skip` (the default), `once` for the latest, or `all`. pg-boss
    /// 12.38 knows no `all`: where one of its processes sees to the outage first, they are skipped.
    pub fn missed(mut self, policy: impl Into<String>) -> Self {
        self.missed = Some(policy.into());
        self
    }

    /// Options of the jobs that it submits, over the ones given before.
    pub fn with(mut self, options: impl IntoJobOptions) -> Self {
        match options.into_job_options() {
            Ok(options) => self.options = options.over(&self.options),
            Err(error) => self.refuse(error.to_string()),
        }
        self
    }

    fn refuse(&mut self, message: String) {
        self.refused.get_or_insert(message);
    }

    pub(super) fn check(&self) -> Result<(), Error> {
        if let Some(message) = &self.refused {
            return Err(bad_input(message));
        }
        if let Some(key) = self.key.as_deref().filter(|key| !key.is_empty()) {
            check_name("schedule key", key).map_err(|error| bad_input(error.to_string()))?;
        }
        if let Some(tz) = self.tz.as_deref().filter(|tz| tz.len() > MAX_ZONE) {
            return Err(bad_input(format!("unknown time zone `{}`", shorten(tz))));
        }
        if let Some(missed) = &self.missed
            && !POLICIES.contains(&missed.as_str())
        {
            let message = unknown("policy for missed occurrences", missed, &POLICIES);
            return Err(bad_input(message));
        }
        if self.options.values().id.is_some() {
            return Err(bad_input(
                "`id` is not an option of a schedule: each of its jobs needs an id of its own; leave it out",
            ));
        }
        self.options.check()
    }

    /// What is stored of them, in pg-boss's spelling.
    pub(super) fn members(&self) -> Map<String, Value> {
        let mut members = self.options.to_json();
        for (name, value) in [(TZ, &self.tz), (KEY, &self.key), (MISSED, &self.missed)] {
            if let Some(value) = value {
                members.insert(name.into(), value.as_str().into());
            }
        }
        members
    }
}
