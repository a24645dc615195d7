//! Job options as pg-boss spells them: `{"retryLimit": 2, "expireInSeconds": 60}`.

use serde_json::{Map, Value};

use super::legacy::{Legacy, legacy};
use super::{IntoJobOptions, JobOptions};
use crate::{Error, ErrorKind, JobOption, shorten};

impl IntoJobOptions for Value {
    fn into_job_options(self) -> Result<JobOptions, Error> {
        match self {
            Self::Object(members) => read(members, |name, value| named(name, value).map(Some)),
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
        read(members.clone(), |name, value| {
            Ok(JobOption::from_json_name(name)
                .ok()
                .map(|option| (option, value)))
        })
    }

    /// The options that are set, in pg-boss's spelling.
    pub fn to_json(&self) -> Map<String, Value> {
        match serde_json::to_value(&self.values) {
            Ok(Value::Object(members)) => members,
            // Texts, numbers and flags always have a JSON form.
            _ => Map::new(),
        }
    }
}

/// Reads the members that are not null, each as the option that `known` takes it for.
fn read(
    members: Map<String, Value>,
    known: impl Fn(&str, Value) -> Result<Option<(JobOption, Value)>, Error>,
) -> Result<JobOptions, Error> {
    let mut checked = Map::new();
    for (name, value) in members.into_iter().filter(|(_, value)| !value.is_null()) {
        if let Some((option, value)) = known(&name, value)? {
            option.check_json(&value).map_err(refused)?;
            checked.insert(option.json_name().to_owned(), value);
        }
    }
    let values = serde_json::from_value(Value::Object(checked)).map_err(refused)?;
    Ok(JobOptions {
        values,
        refused: None,
    })
}

impl JobOption {
    /// Tells whether pg-boss calls an option so, or whether pg-boss 8 did.
    #[must_use]
    pub fn is_json_name(name: &str) -> bool {
        Self::from_json_name(name).is_ok() || legacy(name).is_some()
    }
}

/// The option of this name, or the one that it was in pg-boss 8.
fn named(name: &str, value: Value) -> Result<(JobOption, Value), Error> {
    match legacy(name) {
        None => Ok((JobOption::from_json_name(name).map_err(refused)?, value)),
        Some(Legacy::Seconds(option, unit)) => {
            let seconds = value.as_i64().and_then(|units| units.checked_mul(unit));
            let seconds = seconds.ok_or_else(|| {
                let found = value.to_string();
                refused(format!(
                    "`{name}` must be a whole number, not `{}`",
                    shorten(&found)
                ))
            })?;
            Ok((option, seconds.into()))
        }
        Some(Legacy::Replaced(instead)) => Err(refused(format!(
            "`{name}` is an option of pg-boss 8; {instead}"
        ))),
    }
}

fn refused(message: impl ToString) -> Error {
    Error::new(ErrorKind::BadInput, message.to_string())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn every_option_is_read_as_it_is_written() {
        let all = json!({
            "retryLimit": 1, "retryDelay": 2, "retryBackoff": true, "retryDelayMax": 3, "expireInSeconds": 4,
            "retentionSeconds": 5, "deleteAfterSeconds": 6, "heartbeatSeconds": 17, "priority": -8, "deadLetter": "dead",
            "id": "0190a5c8-0000-7000-8000-000000000000", "startAfter": "2 months", "singletonKey": "key",
            "singletonSeconds": 9, "singletonNextSlot": false, "group": {"id": "tenant", "tier": "pro"},
        });
        let options = all.clone().into_job_options().unwrap();
        assert_eq!(JobOption::ALL.len(), options.to_json().len());
        assert_eq!(all, Value::Object(options.to_json()));
    }

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
                "`expireInSeconds` must be 1 second to 24 hours",
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
