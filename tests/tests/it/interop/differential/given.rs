//! What Node takes as JSON, as ours takes it.

use jobs_pg::operation::{FetchOptions, FindJobs, Flow, Redrive};
use serde_json::Value;
use uuid::Uuid;

pub(super) fn fetch_options(given: &Value) -> FetchOptions {
    let number = |name: &str| given[name].as_i64().map(|number| number as i32);
    let mut options = FetchOptions::new();
    if let Some(jobs) = number("batchSize") {
        options = options.batch_size(jobs.unsigned_abs());
    }
    if given["ignoreStartAfter"] == true {
        options = options.ignore_start_after();
    }
    if let Some(least) = number("minPriority") {
        options = options.min_priority(least);
    }
    if let Some(most) = number("maxPriority") {
        options = options.max_priority(most);
    }
    if let Some(jobs) = number("groupConcurrency") {
        options = options.group_concurrency(jobs.unsigned_abs());
    }
    if given["groupConcurrency"].is_object() {
        options = options.group_concurrency(1).group_tier("gold", 2);
    }
    let ignored = list(&given["ignoreGroups"]).iter();
    options.ignore_groups(ignored.filter_map(Value::as_str))
}

pub(super) fn sought(given: &Value) -> FindJobs {
    let mut jobs = FindJobs::new();
    if let Some(key) = given["key"].as_str() {
        jobs = jobs.key(key);
    }
    if let Some(data) = given.get("data") {
        jobs = jobs.data(data);
    }
    if given["queued"] == true {
        jobs = jobs.queued();
    }
    if let Some(limit) = given["limit"].as_u64() {
        jobs = jobs.limit(limit.try_into().unwrap());
    }
    match given.get("after") {
        Some(after) => jobs.after(id(after)),
        None => jobs,
    }
}

pub(super) fn redrive(given: &Value) -> Redrive {
    let mut redrive = Redrive::new();
    if let Some(queue) = given["destination"].as_str() {
        redrive = redrive.to(queue);
    }
    if let Some(queue) = given["sourceName"].as_str() {
        redrive = redrive.from(queue);
    }
    if let Some(data) = given.get("data") {
        redrive = redrive.data(data);
    }
    if let Some(limit) = given["limit"].as_u64() {
        redrive = redrive.limit(limit.try_into().unwrap());
    }
    match given.get("ids") {
        Some(ids) => redrive.ids(list(ids).iter().map(id)),
        None => redrive,
    }
}

pub(super) fn flow(jobs: &Value) -> Flow {
    list(jobs).iter().fold(Flow::new(), |flow, job| {
        let text = |name: &str| job[name].as_str().unwrap();
        let parents = list(&job["dependsOn"]).iter().filter_map(Value::as_str);
        flow.job_with(
            text("ref"),
            text("name"),
            &job["data"],
            job["options"].clone(),
        )
        .waits_for(text("ref"), parents)
    })
}

pub(super) fn id(value: &Value) -> Uuid {
    value.as_str().unwrap().parse().unwrap()
}

pub(super) fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}
