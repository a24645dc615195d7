//! Random values of the arguments.

use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Map, Value, json};

use super::call::QUEUES;

pub(super) const POLICIES: [&str; 6] = [
    "standard",
    "short",
    "singleton",
    "stately",
    "exclusive",
    "key_strict_fifo",
];
pub(super) const KEYS: [&str; 3] = ["k", "l", ""];
/// A throttle slot that no case outlives, one that some do, and a short one.
const SLOTS: [i64; 3] = [1_000_000_000, 3_600, 7];

pub(super) type Values = BoxedStrategy<Value>;

pub(super) fn queue_options(
    dead_letters: &'static [&'static str],
    more: Vec<(&'static str, Values)>,
) -> Values {
    let mut all = of_both();
    all.extend([("warningQueueSize", number(0..100)), ("notify", flag())]);
    all.extend(more);
    let dead_letter = vec![(
        "deadLetter",
        select(dead_letters).prop_map(Value::from).boxed(),
    )];
    (members(0.3, all), members(0.6, dead_letter))
        .prop_map(|(mut options, dead_letter)| {
            merge(&mut options, dead_letter);
            with_backoff(options)
        })
        .boxed()
}

/// Options of jobs and queues.
fn of_both() -> Vec<(&'static str, Values)> {
    vec![
        ("retryLimit", number(0..2)),
        ("retryDelay", number(0..100)),
        ("retryBackoff", flag()),
        ("retryDelayMax", number(1..200)),
        ("expireInSeconds", number(1..2_000)),
        ("retentionSeconds", number(1..2_000_000)),
        ("deleteAfterSeconds", number(0..2_000_000)),
        ("heartbeatSeconds", number(10..500)),
    ]
}

/// Options of jobs that an update may change too.
pub(super) fn changeable() -> Vec<(&'static str, Values)> {
    let mut all = of_both();
    all.extend([
        ("priority", number(-2..3)),
        ("startAfter", start_after()),
        ("deadLetter", queue().prop_map(Value::from).boxed()),
        ("group", group()),
    ]);
    all
}

pub(super) fn job_options(probability: f64) -> Values {
    let mut all = changeable();
    all.extend([
        ("id", id()),
        ("singletonKey", key()),
        (
            "singletonSeconds",
            select(&SLOTS[..]).prop_map(Value::from).boxed(),
        ),
        ("singletonNextSlot", flag()),
    ]);
    members(probability, all).prop_map(with_backoff).boxed()
}

/// A longest delay is refused where the delay does not grow.
pub(super) fn with_backoff(mut options: Value) -> Value {
    if let Value::Object(members) = &mut options
        && members.contains_key("retryDelayMax")
    {
        members.entry("retryBackoff").or_insert(Value::Bool(true));
    }
    options
}

fn start_after() -> Values {
    let texts = [
        "90",
        "5 minutes",
        "PT1H",
        "2027-03-01T12:10:00Z",
        "2027-03-02",
        "2027-03-01 15:00:00+02:30",
        "no time",
    ];
    prop_oneof![
        3 => number(0..100),
        1 => number(-5..0),
        1 => select(texts.to_vec()).prop_map(Value::from),
    ]
    .boxed()
}

fn group() -> Values {
    let tier = proptest::option::of(select(vec!["gold", "tin"]));
    (select(vec!["g", "h"]), tier)
        .prop_map(|(id, tier)| match tier {
            Some(tier) => json!({ "id": id, "tier": tier }),
            None => json!({ "id": id }),
        })
        .boxed()
}

pub(super) fn queue() -> impl Strategy<Value = &'static str> + Clone {
    select(&QUEUES[..])
}

pub(super) fn key() -> Values {
    select(&KEYS[..]).prop_map(Value::from).boxed()
}

/// Of few ids, so that some are taken.
pub(super) fn id() -> Values {
    (0..30_u8)
        .prop_map(|n| format!("00000000-0000-4000-8000-{n:012x}").into())
        .boxed()
}

pub(super) fn data() -> Values {
    prop_oneof![
        4 => (0..3).prop_map(|n| json!({ "n": n, "text": "ä" })),
        1 => Just(Value::Null),
        1 => Just(json!([1, 2.5])),
        1 => Just(json!("text")),
    ]
    .boxed()
}

pub(super) fn output() -> Values {
    prop_oneof![
        data(),
        Just(json!(0)),
        Just(json!(false)),
        Just(json!({ "name": "Error", "message": "broken" })),
    ]
    .boxed()
}

pub(super) fn flag() -> Values {
    any::<bool>().prop_map(Value::from).boxed()
}

pub(super) fn number(range: std::ops::Range<i64>) -> Values {
    range.prop_map(Value::from).boxed()
}

/// A JSON object in which each member stands with a probability.
pub(super) fn members(probability: f64, all: Vec<(&'static str, Values)>) -> Values {
    let all: Vec<_> = all
        .into_iter()
        .map(|(name, values)| {
            proptest::option::weighted(probability, values)
                .prop_map(move |value| value.map(|value| (name.to_owned(), value)))
        })
        .collect();
    all.prop_map(|members| members.into_iter().flatten().collect::<Map<_, _>>().into())
        .boxed()
}

pub(super) fn merge(into: &mut Value, more: Value) {
    if let (Value::Object(into), Value::Object(more)) = (into, more) {
        into.extend(more);
    }
}
