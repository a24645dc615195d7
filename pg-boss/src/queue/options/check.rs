//! Whether what is given for a member of a queue's options can be one.

use jobs_rules::QueuePolicy;
use jobs_rules::{JobOption, shorten, unknown};
use serde_json::Value;

use super::{NOTIFY, PARTITION, POLICY, WARNING};

/// The options of a job that a queue has too, for jobs that state none.
pub const OPTIONS_OF_JOBS: [JobOption; 9] = [
    JobOption::RetryLimit,
    JobOption::RetryDelay,
    JobOption::RetryBackoff,
    JobOption::RetryDelayMax,
    JobOption::ExpireIn,
    JobOption::Retention,
    JobOption::DeleteAfter,
    JobOption::DeadLetter,
    JobOption::Heartbeat,
];

/// Checks a member that is not null, or may not be.
pub(super) fn check(name: &str, value: &Value) -> Result<(), String> {
    let found = value.to_string();
    let found = shorten(&found);
    let must_be = |expected: &str| Err(format!("`{name}` must be {expected}, not `{found}`"));
    match name {
        POLICY => match value.as_str().map(str::parse::<QueuePolicy>) {
            Some(policy) => policy.map(drop).map_err(|error| error.to_string()),
            None => must_be("the name of a policy"),
        },
        PARTITION | NOTIFY if !value.is_boolean() => must_be("true or false"),
        PARTITION | NOTIFY => Ok(()),
        WARNING => match value.as_u64().map(i32::try_from) {
            Some(Ok(_)) => Ok(()),
            _ => must_be("a whole number of jobs, 0 or more"),
        },
        _ => check_of_jobs(name, value),
    }
}

fn check_of_jobs(name: &str, value: &Value) -> Result<(), String> {
    let known = OPTIONS_OF_JOBS
        .into_iter()
        .find(|option| option.json_name() == name);
    let Some(option) = known else {
        let own = [POLICY, PARTITION, NOTIFY, WARNING];
        let all: Vec<&str> = own
            .into_iter()
            .chain(OPTIONS_OF_JOBS.map(JobOption::json_name))
            .collect();
        return Err(unknown("queue option", name, &all));
    };
    option.check_json(value)
}
