//! Job options as pg-boss spells them: `{"retryLimit": 2, "expireInSeconds": 60}`.

use std::fmt::Display;
use std::time::Duration;

use crate::{JobOption, Step, parse_instant, parse_interval, shorten};
use serde::Deserialize;
use serde_json::{Map, Value};
use uuid::Uuid;

use super::legacy::{Legacy, legacy};
use super::{Group, IntoJobOptions, JobOptions};
use crate::{Error, ErrorKind, StartAfter};

impl IntoJobOptions for Value {
    fn into_job_options(self) -> Result<JobOptions, Error> {
        match self {
            Self::Object(members) => members
                .into_iter()
                .filter(|(_, value)| !value.is_null())
                .try_fold(JobOptions::new(), |options, (name, value)| {
                    options.set_named(&name, &value)
                }),
            Self::Null => Ok(JobOptions::new()),
            other => Err(refused(format!(
                "job options are a JSON object, not `{}`",
                shorten(&other.to_string())
            ))),
        }
    }
}

impl JobOptions {
    /// Reads options that another program has stored. A member that is not an option is ignored, as in pg-boss.
    ///
    /// # Errors
    /// [`ErrorKind::BadInput`] if the value of an option is not valid.
    pub fn from_foreign(members: &Map<String, Value>) -> Result<Self, Error> {
        members
            .iter()
            .filter(|(_, value)| !value.is_null())
            .filter_map(|(name, value)| Some((JobOption::from_json_name(name).ok()?, value)))
            .try_fold(Self::new(), |options, (option, value)| {
                options.set(option, value)
            })
    }

    /// The options that are set, in pg-boss's spelling.
    pub fn to_json(&self) -> Map<String, Value> {
        let start_after = self.values.start_after.as_ref().map(StartAfter::to_text);
        let mut members = Map::new();
        let mut put = |option: JobOption, value: Option<Value>| {
            if let Some(value) = value {
                members.insert(option.json_name().into(), value);
            }
        };
        put(
            JobOption::RetryLimit,
            self.values.retry_limit.map(Value::from),
        );
        put(
            JobOption::RetryDelay,
            self.values.retry_delay.map(Value::from),
        );
        put(
            JobOption::RetryBackoff,
            self.values.retry_backoff.map(Value::from),
        );
        put(
            JobOption::RetryDelayMax,
            self.values.retry_delay_max.map(Value::from),
        );
        put(JobOption::ExpireIn, self.values.expire_in.map(Value::from));
        put(JobOption::Retention, self.values.retention.map(Value::from));
        put(
            JobOption::DeleteAfter,
            self.values.delete_after.map(Value::from),
        );
        put(JobOption::Heartbeat, self.values.heartbeat.map(Value::from));
        put(JobOption::Priority, self.values.priority.map(Value::from));
        put(
            JobOption::DeadLetter,
            self.values.dead_letter.clone().map(Value::from),
        );
        put(
            JobOption::Id,
            self.values.id.map(|id| Value::from(id.to_string())),
        );
        put(
            JobOption::SingletonKey,
            self.values.singleton_key.clone().map(Value::from),
        );
        put(
            JobOption::SingletonSeconds,
            self.values.singleton_seconds.map(Value::from),
        );
        put(
            JobOption::SingletonNextSlot,
            self.values.singleton_next_slot.map(Value::from),
        );
        put(JobOption::StartAfter, start_after.map(Value::from));
        let group = self.values.group.as_ref();
        put(
            JobOption::Group,
            group.and_then(|group| serde_json::to_value(group).ok()),
        );
        members
    }

    /// Sets an option of pg-boss, or one of pg-boss 8 that there still is under another name.
    fn set_named(self, name: &str, value: &Value) -> Result<Self, Error> {
        match legacy(name) {
            None => self.set(JobOption::from_json_name(name).map_err(refused)?, value),
            Some(Legacy::Seconds(option, unit)) => {
                let seconds = value.as_i64().and_then(|units| units.checked_mul(unit));
                let expected = "a whole number";
                let seconds = seconds.ok_or_else(|| wrong(name, expected, value))?;
                self.set(option, &seconds.into())
            }
            Some(Legacy::Replaced(instead)) => Err(refused(format!(
                "`{name}` is an option of pg-boss 8; {instead}"
            ))),
        }
    }

    fn set(mut self, option: JobOption, value: &Value) -> Result<Self, Error> {
        let integer = || whole(option, value);
        match option {
            JobOption::RetryLimit => self.values.retry_limit = self.integer(option, integer()?),
            JobOption::RetryDelay => self.values.retry_delay = self.seconds(option, integer()?),
            JobOption::RetryBackoff => self.values.retry_backoff = Some(flag(option, value)?),
            JobOption::RetryDelayMax => {
                self.values.retry_delay_max = self.seconds(option, integer()?);
            }
            JobOption::ExpireIn => self.values.expire_in = self.seconds(option, integer()?),
            JobOption::Retention => self.values.retention = self.seconds(option, integer()?),
            JobOption::DeleteAfter => self.values.delete_after = self.seconds(option, integer()?),
            JobOption::Heartbeat => self.values.heartbeat = self.seconds(option, integer()?),
            JobOption::Priority => self.values.priority = self.integer(option, integer()?),
            JobOption::DeadLetter => self = self.dead_letter(text(option, value)?),
            JobOption::Id => {
                self.values.id = Some(
                    Uuid::parse_str(text(option, value)?)
                        .map_err(|_| wrong(option.json_name(), "a UUID", value))?,
                );
            }
            JobOption::StartAfter => self = self.start_after(start_after(value)?),
            JobOption::SingletonKey => self = self.singleton_key(text(option, value)?),
            JobOption::SingletonSeconds => {
                self.values.singleton_seconds = self.seconds(option, integer()?);
            }
            JobOption::SingletonNextSlot => {
                self.values.singleton_next_slot = Some(flag(option, value)?);
            }
            JobOption::Group => self = self.group(group(option, value)?),
        }
        self.check_alone()?;
        Ok(self)
    }

    // The rules for one option; those between options wait until all are merged.
    fn check_alone(&self) -> Result<(), Error> {
        self.refused
            .clone()
            .map_or(Ok(()), |message| Err(refused(message)))
    }
}

/// pg-boss 12.38: a number, or a text that is one, is seconds from now, and none if it is not positive; other text is an
/// instant if it begins with a date or ends with `Z`, and else an interval of Postgres.
fn start_after(value: &Value) -> Result<StartAfter, Error> {
    let number = match value {
        Value::Number(number) => number.as_f64(),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    };
    match (number, value) {
        (Some(seconds), _) if seconds <= 0.0 => Ok(StartAfter::Now),
        (Some(seconds), _) => Duration::try_from_secs_f64(seconds)
            .map(StartAfter::In)
            .map_err(|_| {
                wrong(
                    JobOption::StartAfter.json_name(),
                    "a number of seconds that can be counted",
                    value,
                )
            }),
        (None, Value::String(text)) => start_after_text(text),
        (None, _) => Err(wrong(
            JobOption::StartAfter.json_name(),
            "seconds, a date or an interval",
            value,
        )),
    }
}

fn start_after_text(text: &str) -> Result<StartAfter, Error> {
    let of = |why: &dyn Display| refused(format!("`{}`: {why}", JobOption::StartAfter.json_name()));
    let begins_with_date = text.get(..5).is_some_and(|start| {
        let (year, dash) = start.split_at(4);
        dash == "-" && year.bytes().all(|byte| byte.is_ascii_digit())
    });
    if begins_with_date || text.ends_with('Z') {
        return parse_instant(text)
            .map(StartAfter::At)
            .map_err(|error| of(&error));
    }
    match parse_interval(text).map_err(|error| of(&error))? {
        Step::Fixed(after) => Ok(StartAfter::In(after)),
        Step::Months(months) => Ok(StartAfter::InMonths(months)),
    }
}

fn whole(option: JobOption, value: &Value) -> Result<i64, Error> {
    value
        .as_i64()
        .ok_or_else(|| wrong(option.json_name(), "a whole number", value))
}

fn flag(option: JobOption, value: &Value) -> Result<bool, Error> {
    value
        .as_bool()
        .ok_or_else(|| wrong(option.json_name(), "true or false", value))
}

fn group(option: JobOption, value: &Value) -> Result<Group, Error> {
    Group::deserialize(value)
        .ok()
        .filter(Group::is_named)
        .ok_or_else(|| {
            wrong(
                option.json_name(),
                "`{\"id\": ..., \"tier\": ...}` with texts that are not empty",
                value,
            )
        })
}

fn text(option: JobOption, value: &Value) -> Result<&str, Error> {
    value
        .as_str()
        .ok_or_else(|| wrong(option.json_name(), "a text", value))
}

fn wrong(name: &str, expected: &str, value: &Value) -> Error {
    refused(format!(
        "`{name}` must be {expected}, not `{}`",
        shorten(&value.to_string())
    ))
}

fn refused(message: impl ToString) -> Error {
    Error::new(ErrorKind::BadInput, message.to_string())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::IntoJobOptions;

    #[test]
    fn longer_units_of_pg_boss_8_are_taken() {
        let old = json!({"expireInMinutes": 5, "retentionDays": 2, "singletonHours": 1});
        let seconds =
            json!({"expireInSeconds": 300, "retentionSeconds": 172_800, "singletonSeconds": 3600});
        assert_eq!(old.into_job_options().ok(), seconds.into_job_options().ok());
    }

    #[test]
    fn what_pg_boss_8_had_and_is_no_more_names_its_replacement() {
        let refused = [
            (
                json!({"onComplete": true}),
                "`onComplete` is an option of pg-boss 8; wait for the job",
            ),
            (
                json!({"useSingletonQueue": true}),
                "`useSingletonQueue` is an option of pg-boss 8; declare",
            ),
            (
                json!({"expireInMinutes": 1.5}),
                "`expireInMinutes` must be a whole number, not `1.5`",
            ),
            (
                json!({"expireInHours": 25}),
                "`expire_in` must be 1 second to 24 hours",
            ),
            (
                json!({"retentionDays": i64::MAX}),
                "`retentionDays` must be a whole number",
            ),
        ];
        for (options, message) in refused {
            let error = options
                .into_job_options()
                .expect_err("it is refused")
                .to_string();
            assert!(error.starts_with(message), "{error}");
        }
    }
}
