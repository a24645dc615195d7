//! Random calls that settle, move and remove jobs.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value, json};

use super::call::{Call, picked};
use super::values::{members, number, output, queue};

pub(super) fn settling() -> BoxedStrategy<Call> {
    let fence = prop_oneof![2 => Just(None), 2 => Just(Some(0)), 1 => Just(Some(1))];
    let settled = prop_oneof![
        4 => Just(("complete", "active", json!({}))),
        2 => Just(("complete", "created", json!({ "includeQueued": true }))),
        6 => Just(("fail", "active", json!({}))),
        2 => Just(("fail", "created", json!({}))),
    ];
    let settle = (queue(), settled, nths(), fence.clone(), output()).prop_map(
        |(queue, (method, state, options), nths, fence, output)| {
            let jobs = jobs(queue, state, &nths, fence);
            Call::new(method, json!([queue, jobs, output, options]))
        },
    );
    let changed = prop_oneof![
        3 => Just(("cancel", "created")),
        2 => Just(("cancel", "active")),
        2 => Just(("touch", "active")),
        2 => Just(("deleteJob", "completed")),
        1 => Just(("deleteJob", "active")),
    ];
    let change =
        (queue(), changed, nths(), fence).prop_map(|(queue, (method, state), nths, fence)| {
            Call::new(method, json!([queue, jobs(queue, state, &nths, fence)]))
        });
    let back = select(vec![("resume", "cancelled"), ("retry", "failed")]);
    let back = (queue(), back, nths()).prop_map(|(queue, (method, state), nths)| {
        Call::new(method, json!([queue, jobs(queue, state, &nths, None)]))
    });
    prop_oneof![6 => settle, 3 => change, 4 => back].boxed()
}

fn nths() -> impl Strategy<Value = Vec<u8>> + Clone {
    vec(0..20_u8, 1..4)
}

fn jobs(queue: &str, state: &str, nths: &[u8], fence: Option<i64>) -> Vec<Value> {
    nths.iter()
        .map(|nth| picked(queue, state, *nth, fence))
        .collect()
}

pub(super) fn clearing() -> BoxedStrategy<Call> {
    let of_a_queue = [
        "deleteQueuedJobs",
        "deleteStoredJobs",
        "deleteStoredJobs",
        "deleteAllJobs",
    ];
    prop_oneof![
        9 => (select(of_a_queue.to_vec()), queue())
            .prop_map(|(method, queue)| Call::new(method, json!([queue]))),
        1 => Just(Call::new("deleteAllJobs", json!([]))),
    ]
    .boxed()
}

pub(super) fn dead_letters() -> BoxedStrategy<Call> {
    let picked =
        (queue(), any::<u8>()).prop_map(|(queue, nth)| picked(queue, "created", nth, None));
    let options = members(
        0.2,
        vec![
            ("destination", queue().prop_map(Value::from).boxed()),
            ("sourceName", queue().prop_map(Value::from).boxed()),
            ("data", Just(json!({ "n": 1 })).boxed()),
            ("ids", picked.prop_map(|id| json!([id])).boxed()),
            ("limit", number(1..4)),
        ],
    );
    let method = select(vec!["redrive", "redrive", "previewRedrive"]);
    (method, queue(), options)
        .prop_map(|(method, queue, mut options)| {
            // Which ones a preview looks at is open.
            if let (Value::Object(options), "previewRedrive") = (&mut options, method) {
                options.remove("limit");
            }
            Call::new(method, json!([queue, options]))
        })
        .boxed()
}
