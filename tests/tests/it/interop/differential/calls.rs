//! Random calls.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value, json};

use super::call::{Call, QUEUES, picked};
use super::settling::{clearing, dead_letters, settling};
use super::values::{
    KEYS, POLICIES, changeable, data, flag, id, job_options, key, members, merge, number, queue,
    queue_options, with_backoff,
};

const EVENTS: [&str; 2] = ["made", "gone"];
const CLEARABLE: [&str; 3] = ["deadLetter", "retryDelayMax", "heartbeatSeconds"];

/// One case: its queues, and what is done then. From none on, so that a case that fails can be made short.
pub(super) fn case() -> impl Strategy<Value = Vec<Call>> {
    let queues = (0..QUEUES.len()).map(|at| create_queue(QUEUES[at], &QUEUES[..at.max(1)]));
    let queues: Vec<_> = queues.collect();
    (queues, vec(call(), 0..=150)).prop_map(|(mut calls, then)| {
        calls.extend(then);
        calls
    })
}

fn call() -> impl Strategy<Value = Call> {
    prop_oneof![
        24 => storing(),
        14 => fetch(),
        26 => settling(),
        4 => travel(),
        5 => of_queues(),
        4 => clearing(),
        5 => dead_letters(),
        6 => flows(),
        7 => events_and_schedules(),
        6 => finding(),
    ]
}

fn travel() -> BoxedStrategy<Call> {
    let seconds = select(vec![1, 5, 60, 900, 7_200, 172_800]);
    seconds
        .prop_map(|seconds| Call::new("travel", json!([seconds])))
        .boxed()
}

/// Creates a queue, perhaps with one of these for its dead letters.
fn create_queue(queue: &'static str, dead_letters: &'static [&'static str]) -> BoxedStrategy<Call> {
    let options = queue_options(
        dead_letters,
        vec![
            (
                "policy",
                select(&POLICIES[..]).prop_map(Value::from).boxed(),
            ),
            ("partition", flag()),
        ],
    );
    options
        .prop_map(move |options| Call::new("createQueue", json!([queue, options])))
        .boxed()
}

fn of_queues() -> BoxedStrategy<Call> {
    prop_oneof![
        2 => queue().prop_flat_map(|queue| create_queue(queue, &QUEUES)),
        4 => (queue(), queue_options(&QUEUES, Vec::new()))
            .prop_map(|(queue, options)| Call::new("updateQueue", json!([queue, options]))),
        1 => (queue(), select(&CLEARABLE[..]))
            .prop_map(|(queue, cleared)| Call::new("updateQueue", json!([queue, { cleared: null }]))),
        2 => queue().prop_map(|queue| Call::new("deleteQueue", json!([queue]))),
    ]
    .boxed()
}

fn storing() -> BoxedStrategy<Call> {
    let job = (data(), job_options(0.15));
    prop_oneof![
        12 => (queue(), data(), job_options(0.15))
            .prop_map(|(queue, data, options)| Call::new("send", json!([queue, data, options]))),
        4 => (queue(), vec(job, 1..5)).prop_map(|(queue, jobs)| {
            let jobs: Vec<Value> = jobs.into_iter().map(one_of_many).collect();
            Call::new("insert", json!([queue, jobs, { "returnId": true }]))
        }),
        4 => update("update"),
        4 => update("upsert"),
    ]
    .boxed()
}

/// As `insert` takes a job: it knows no next slot, takes `startAfter` as the database does, and checks nothing.
fn one_of_many((data, mut job): (Value, Value)) -> Value {
    if let Value::Object(members) = &mut job {
        members.remove("singletonNextSlot");
        if members.get("startAfter").is_some_and(Value::is_number) {
            members.remove("startAfter");
        }
        if members.get("retryBackoff") == Some(&Value::Bool(false)) {
            members.remove("retryDelayMax");
        }
        members.insert("data".into(), data);
    }
    job
}

fn update(method: &'static str) -> BoxedStrategy<Call> {
    let by_key = (select(&KEYS[..2]), select(vec!["newest", "oldest", "all"]))
        .prop_map(|(key, of_several)| json!({ "singletonKey": key, "match": of_several }));
    let by_id = prop_oneof![
        id(),
        (queue(), any::<u8>()).prop_map(|(queue, nth)| picked(queue, "created", nth, None))
    ];
    let target = prop_oneof![by_key, by_id.prop_map(|id| json!({ "id": id }))];
    let data = proptest::option::of(data());
    (
        queue(),
        target,
        data,
        members(0.2, changeable()).prop_map(with_backoff),
    )
        .prop_map(move |(queue, target, data, mut options)| {
            // A time before now is now, in ours; Node writes it as it is. What is no time Node notices only if there is a job to change.
            let start_after = &options["startAfter"];
            if start_after.as_i64().is_some_and(|after| after < 0) || start_after == "no time" {
                options["startAfter"] = 0.into();
            }
            merge(&mut options, target);
            let mut request = json!({ "name": queue, "options": options });
            if let Some(data) = data {
                merge(&mut request, json!({ "data": data }));
            }
            Call::new(method, json!([request]))
        })
        .boxed()
}

fn fetch() -> BoxedStrategy<Call> {
    let priorities = vec![
        ("minPriority", number(-2..1)),
        ("maxPriority", number(1..3)),
    ];
    let limit = prop_oneof![
        number(1..3),
        Just(json!({ "default": 1, "tiers": { "gold": 2 } }))
    ];
    let mut all = vec![
        ("batchSize", number(1..9)),
        ("ignoreStartAfter", Just(Value::Bool(true)).boxed()),
        ("groupConcurrency", limit.boxed()),
        ("ignoreGroups", Just(json!(["g"])).boxed()),
    ];
    all.extend(priorities);
    (queue(), members(0.25, all))
        .prop_map(|(queue, options)| Call::new("fetch", json!([queue, options])))
        .boxed()
}

fn flows() -> BoxedStrategy<Call> {
    let job = (queue(), job_options(0.05), vec(any::<u8>(), 0..3));
    let flow = vec(job, 2..5).prop_map(|jobs| {
        let jobs: Vec<Value> = jobs.into_iter().enumerate().map(one_of_a_flow).collect();
        Call::new("flow", json!([jobs]))
    });
    prop_oneof![3 => flow, 2 => Just(Call::new("resolveFlow", json!([])))].boxed()
}

/// It waits for jobs that stand before it in the flow.
fn one_of_a_flow((at, (queue, mut options, parents)): (usize, (&str, Value, Vec<u8>))) -> Value {
    if let Value::Object(members) = &mut options {
        members.remove("singletonNextSlot");
    }
    let parents: Vec<String> = parents
        .into_iter()
        .filter(|_| at > 0)
        .map(|parent| (usize::from(parent) % at).to_string())
        .collect();
    json!({ "ref": at.to_string(), "name": queue, "data": { "at": at }, "options": options, "dependsOn": parents })
}

fn events_and_schedules() -> BoxedStrategy<Call> {
    let event = || select(&EVENTS[..]);
    let object = prop_oneof![Just(json!({ "n": 1 })), Just(Value::Null)];
    let expressions = vec![
        "* * * * *",
        "0 3 * * MON",
        "*/5 1-4 * * *",
        "FREQ=DAILY;BYHOUR=3",
        "61 * * * *",
        "",
    ];
    let key = || select(vec!["", "morning", "a b"]);
    // No empty zone, which pg-boss takes for UTC and ours refuses, as the attribute does.
    let options = members(
        0.3,
        vec![
            (
                "tz",
                select(vec!["Europe/Berlin", "Mars/Base"])
                    .prop_map(Value::from)
                    .boxed(),
            ),
            ("key", key().prop_map(Value::from).boxed()),
            (
                "missed",
                select(vec!["skip", "once"]).prop_map(Value::from).boxed(),
            ),
            ("priority", number(0..3)),
            ("retryLimit", number(0..3)),
        ],
    );
    prop_oneof![
        3 => (event(), queue())
            .prop_map(|(event, queue)| Call::new("subscribe", json!([event, queue]))),
        1 => (event(), queue())
            .prop_map(|(event, queue)| Call::new("unsubscribe", json!([event, queue]))),
        3 => (event(), data(), job_options(0.15))
            .prop_map(|(event, data, options)| Call::new("publish", json!([event, data, options]))),
        // pg-boss 12.38 stores no other input of a schedule than an object.
        3 => (queue(), select(expressions), object, options)
            .prop_map(|(queue, text, data, options)| Call::new("schedule", json!([queue, text, data, options]))),
        1 => (queue(), key()).prop_map(|(queue, key)| Call::new("unschedule", json!([queue, key]))),
    ]
    .boxed()
}

fn finding() -> BoxedStrategy<Call> {
    let options = members(
        0.25,
        vec![
            ("key", key()),
            ("data", Just(json!({ "n": 1 })).boxed()),
            ("queued", Just(Value::Bool(true)).boxed()),
            ("limit", number(1..4)),
        ],
    );
    let after = proptest::option::of(any::<u8>());
    let found = (queue(), options, after).prop_map(|(queue, mut options, after)| {
        if let Some(nth) = after {
            merge(
                &mut options,
                json!({ "after": picked(queue, "any", nth, None) }),
            );
        }
        Call::new("findJobs", json!([queue, options]))
    });
    let kin = select(vec!["getDependencies", "getDependents"]);
    prop_oneof![
        3 => found,
        1 => queue().prop_map(|queue| Call::new("getBlockedKeys", json!([queue]))),
        2 => (kin, queue(), any::<u8>())
            .prop_map(|(method, queue, nth)| Call::new(method, json!([queue, picked(queue, "kin", nth, None)]))),
    ]
    .boxed()
}
