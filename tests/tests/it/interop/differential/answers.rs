//! When two answers are the same.

use std::collections::BTreeMap;

use jobs_pg::{Error, ErrorKind};
use serde_json::{Map, Value, json};

/// What Node answered, as far as ours says it too.
pub(super) fn of_node(
    method: &str,
    mut answer: Value,
    renamed: &BTreeMap<String, String>,
) -> Value {
    match method {
        "fetch" | "findJobs" => {
            for job in answer.as_array_mut().into_iter().flatten() {
                keep(job, &DETAILS);
            }
            without_words(&mut answer);
        }
        "complete" | "fail" | "cancel" | "touch" | "deleteJob" => {
            keep(&mut answer, &["requested", "affected", "settled"]);
            if answer["settled"].is_null() {
                answer["settled"] = json!([]);
            }
        }
        // Node does not say which.
        "resume" | "retry" => keep(&mut answer, &["requested", "affected"]),
        "update" => answer["inserted"] = 0.into(),
        _ => {}
    }
    in_order(method, rename(answer, renamed))
}

/// What both sides show of a job.
const DETAILS: [&str; 12] = [
    "id",
    "state",
    "data",
    "output",
    "priority",
    "retryCount",
    "retryLimit",
    "singletonKey",
    "groupId",
    "deadLetter",
    "sourceId",
    "pendingDependencies",
];

/// What ours answered, as far as Node says it too.
pub(super) fn of_ours(
    method: &str,
    mut answer: Value,
    renamed: &BTreeMap<String, String>,
    theirs: &Result<Value, Value>,
) -> Value {
    match method {
        "fetch" | "findJobs" => without_words(&mut answer),
        "resume" | "retry" => keep(&mut answer, &["requested", "affected"]),
        // Node truncates the table of a queue of its own, and does not count.
        "deleteAllJobs" if theirs.as_ref().is_ok_and(Value::is_null) => answer = Value::Null,
        _ => {}
    }
    in_order(method, rename(answer, renamed))
}

/// Without an order where there is none.
fn in_order(method: &str, answer: Value) -> Value {
    match method {
        "findJobs" | "getDependencies" | "getDependents" | "getBlockedKeys" | "previewRedrive" => {
            answer
        }
        _ => sorted(answer),
    }
}

/// Whether both came to the same: each its value, or each a refusal.
pub(super) fn agree(
    method: &str,
    theirs: &Result<Value, Value>,
    ours: &Result<Value, Error>,
) -> bool {
    match (theirs, ours) {
        (Ok(theirs), Ok(ours)) => theirs == ours,
        (Err(_), Err(error)) => error.kind() != ErrorKind::Incompatible,
        // Of a queue that there is not, or that has no blocked keys, Node refuses what has nothing to do for ours.
        (Err(error), Ok(ours)) => {
            let missing = error["code"] == "PGBOSS_QUEUE_NOT_FOUND";
            (missing || method == "getBlockedKeys") && is_nothing(ours)
        }
        (Ok(_), Err(error)) => match method {
            // Node looks at the options of what is published only if somebody has subscribed.
            "publish" => error.kind() == ErrorKind::BadInput,
            // Node changes nothing of a queue that does not exist, and does not say so.
            "updateQueue" => error.kind() == ErrorKind::NotFound,
            _ => false,
        },
    }
}

fn is_nothing(answer: &Value) -> bool {
    match answer {
        Value::Null => true,
        Value::Number(number) => number.as_u64() == Some(0),
        Value::Array(all) => all.is_empty(),
        Value::Object(members) => members
            .iter()
            .all(|(name, value)| name == "requested" || is_nothing(value)),
        _ => false,
    }
}

/// What a refused redrive says is each side's own.
fn without_words(jobs: &mut Value) {
    for job in jobs.as_array_mut().into_iter().flatten() {
        if job["output"]["reason"] == "redrive_conflict"
            && let Some(output) = job["output"].as_object_mut()
        {
            output.remove("message");
        }
    }
}

fn keep(answer: &mut Value, names: &[&str]) {
    let members = names
        .iter()
        .map(|name| ((*name).to_owned(), answer[*name].take()));
    *answer = Map::from_iter(members).into();
}

/// With the ids that jobs were given afterwards.
fn rename(value: Value, renamed: &BTreeMap<String, String>) -> Value {
    match value {
        Value::String(text) => renamed.get(&text).cloned().unwrap_or(text).into(),
        Value::Array(all) => all
            .into_iter()
            .map(|value| rename(value, renamed))
            .collect(),
        Value::Object(members) => members
            .into_iter()
            .map(|(name, value)| (name, rename(value, renamed)))
            .collect::<Map<_, _>>()
            .into(),
        other => other,
    }
}

fn sorted(value: Value) -> Value {
    match value {
        Value::Array(all) => {
            let mut all: Vec<_> = all.into_iter().map(sorted).collect();
            all.sort_by_key(Value::to_string);
            all.into()
        }
        Value::Object(members) => members
            .into_iter()
            .map(|(name, value)| (name, sorted(value)))
            .collect::<Map<_, _>>()
            .into(),
        other => other,
    }
}
