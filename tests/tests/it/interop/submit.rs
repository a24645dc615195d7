//! What one side submits, and what the other then has.

use chrono::{DateTime, Utc};
use jobs_pg::prelude::*;
use serde_json::{Value, json};

use super::{Both, details, track};

/// Longer than this program will live: the slot is the same throughout a test.
const SLOT: u64 = 1_000_000_000;

#[job(executor = PgBoss)]
async fn io_take(input: Value) -> Value {
    input
}

#[job(executor = PgBoss)]
async fn io_give(input: Value) -> Value {
    input
}

#[job(executor = PgBoss, options(retry_limit = 4, retry_delay = 6, retry_backoff = true, retry_delay_max = 60, expire_in = 70, retention = 80, delete_after = 90, heartbeat = 20))]
async fn io_inherit(input: Value) -> Value {
    input
}

fn inputs() -> [Value; 6] {
    [
        json!({ "text": "a ü 🦀 \"q\" \\ \n", "number": 1.5, "none": null, "list": [1, [2]] }),
        json!([1, "two", null]),
        json!("text"),
        json!(7),
        json!(false),
        Value::Null,
    ]
}

#[tokio::test]
async fn case_15_ours_reads_every_column_of_a_job_that_node_sent() {
    let Some(both) = Both::new().await else {
        return;
    };
    let ours = both.working::<IoTake>().await;
    let options = json!({
        "priority": 3, "singletonKey": "k", "singletonSeconds": SLOT, "retryLimit": 5, "retryDelay": 6, "retryBackoff": true,
        "retryDelayMax": 99, "expireInSeconds": 70, "retentionSeconds": 8000, "deleteAfterSeconds": 9000,
        "heartbeatSeconds": 44, "group": { "id": "g", "tier": "t" }, "deadLetter": "io_give",
    });
    for input in inputs() {
        for options in [json!({}), options.clone()] {
            let mut options = options;
            if options["singletonKey"] == "k" {
                options["singletonKey"] = json!(input.to_string());
            }
            let id = both.send("io_take", input.clone(), options).await;
            let output = track::<IoTake>(&ours, &id).output().await.unwrap();
            assert_eq!(output, input);
            let read = details::<IoTake>(&ours, &id).await;
            let read = serde_json::to_value(read).unwrap();
            assert_same_columns(&read, &both.row(&id).await);
        }
    }
    both.end(ours).await;
}

/// Times are compared as such, since each side writes them in its own way.
fn assert_same_columns(ours: &Value, row: &Value) {
    let [ours, row] = [ours, row].map(|columns| columns.as_object().unwrap());
    let names: Vec<_> = row.keys().collect();
    let missing: Vec<_> = names
        .iter()
        .filter(|name| !ours.contains_key(**name))
        .collect();
    let all = ours.len() == names.len();
    assert!(missing.is_empty() && all, "{missing:?} {ours:#?}");
    let time = |value: &Value| {
        let time = value.as_str().map(str::parse::<DateTime<Utc>>);
        time.and_then(Result::ok)
    };
    for name in names {
        match (time(&ours[name]), time(&row[name])) {
            (Some(read), Some(stored)) => assert_eq!(read, stored, "{name}"),
            _ => assert_eq!(ours[name], row[name], "{name}"),
        }
    }
}

#[tokio::test]
async fn case_16_a_job_of_ours_is_to_node_as_one_of_its_own() {
    let Some(both) = Both::new().await else {
        return;
    };
    let ours = both.submitting().await;
    for input in inputs() {
        let submitted = IoGive::run_now().on(&ours).submit(input.clone()).await;
        let submitted = submitted.unwrap().job_id.to_string();
        let sent = both.send("io_give", input.clone(), json!({})).await;
        let fetched = both.fetch("io_give", 2).await;
        let of = |id: &str| fetched.iter().find(|job| job["id"] == id).unwrap();
        assert_eq!(of(&submitted)["data"], input);
        assert_eq!(comparable(of(&submitted)), comparable(of(&sent)));
    }
    both.end(ours).await;
}

#[tokio::test]
async fn case_17_options_of_the_job_win_over_those_of_the_queue_for_both() {
    let Some(both) = Both::new().await else {
        return;
    };
    let ours = both.submitting().await;
    for options in [
        json!({}),
        json!({ "retryLimit": 1, "expireInSeconds": 30 }),
        json!({ "retryDelay": 0, "retryBackoff": false, "retentionSeconds": 600, "deleteAfterSeconds": 0 }),
        json!({ "priority": -4, "heartbeatSeconds": 33, "retryBackoff": true, "retryDelayMax": 5, "singletonKey": "" }),
    ] {
        let submission = IoInherit::run_now().on(&ours);
        let submitted = submission
            .submit_with(json!(1), options.clone())
            .await
            .unwrap();
        let sent = both.send("io_inherit", json!(1), options.clone()).await;
        let fetched = both.fetch("io_inherit", 2).await;
        let of = |id: &str| fetched.iter().find(|job| job["id"] == id).unwrap();
        let submitted = of(&submitted.job_id.to_string());
        assert_eq!(comparable(submitted), comparable(of(&sent)), "{options}");
    }
    both.end(ours).await;
}

/// A job without what is its own: its id; and its times are as long after its creation as they are.
fn comparable(job: &Value) -> Value {
    let mut job = job.clone();
    let time = |value: &Value| value.as_str().map(|text| text.parse::<DateTime<Utc>>());
    let created = time(&job["createdOn"]).unwrap().unwrap();
    for name in ["startAfter", "keepUntil"] {
        let after = time(&job[name]).unwrap().unwrap() - created;
        job[name] = json!(after.num_milliseconds());
    }
    for name in ["startedOn", "heartbeatOn", "createdOn"] {
        job[name] = json!(job[name].is_string());
    }
    job["id"] = Value::Null;
    job
}

#[tokio::test]
async fn case_18_a_time_means_the_same_to_both() {
    let Some(both) = Both::new().await else {
        return;
    };
    let ours = both.submitting().await;
    let times = [
        "2030-01-02T03:04:05Z",
        "2030-01-02T03:04:05.678+05:30",
        "2030-06-30T23:59:59-08:00",
    ];
    for time in times {
        let submission = IoGive::run_at(time).on(&ours);
        let submitted = submission.submit(json!(1)).await.unwrap();
        let sent = both
            .send("io_give", json!(1), json!({ "startAfter": time }))
            .await;
        let [submitted, sent] = [
            both.row(&submitted.job_id.to_string()).await,
            both.row(&sent).await,
        ];
        assert_eq!(submitted["start_after"], sent["start_after"]);
        assert_eq!(submitted["keep_until"], sent["keep_until"]);
    }
    both.end(ours).await;
}

#[tokio::test]
async fn case_19_a_throttle_slot_is_one_for_both_also_after_completion() {
    let Some(both) = Both::new().await else {
        return;
    };
    let ours = both.submitting().await;
    let submit = async |key: &str| {
        let submission = IoGive::run_now().on(&ours);
        let submission = submission.throttle(SLOT).singleton_key(key);
        submission.submit(json!(1)).await.unwrap()
    };
    let send = async |key: &str| {
        let options = json!({ "singletonSeconds": SLOT, "singletonKey": key });
        both.send("io_give", json!(1), options).await
    };

    let first = send("theirs").await;
    let second = submit("theirs").await;
    assert!(!second.is_new());
    assert_eq!(second.job_id.to_string(), first);

    assert!(submit("ours").await.is_new());
    assert_eq!(send("ours").await, "");

    for job in both.fetch("io_give", 2).await {
        let done = json!(["io_give", job["id"]]);
        both.boss.call("complete", done).await;
    }
    for key in ["theirs", "ours"] {
        assert!(!submit(key).await.is_new());
        assert_eq!(send(key).await, "");
    }
    assert!(submit("another").await.is_new());
    both.end(ours).await;
}

#[tokio::test]
async fn case_20_a_debounced_job_goes_to_the_same_next_slot() {
    let Some(both) = Both::new().await else {
        return;
    };
    let ours = both.submitting().await;
    let submission = || {
        let submission = IoGive::run_now().on(&ours);
        submission.debounce(SLOT).singleton_key("ours")
    };
    let options =
        json!({ "singletonSeconds": SLOT, "singletonNextSlot": true, "singletonKey": "theirs" });
    let mut rows = Vec::new();
    for _ in 0..2 {
        let submitted = submission().submit(json!(1)).await.unwrap();
        let sent = both.send("io_give", json!(1), options.clone()).await;
        rows.push((
            both.row(&submitted.job_id.to_string()).await,
            both.row(&sent).await,
        ));
    }
    let time = |row: &Value| {
        row["start_after"]
            .as_str()
            .unwrap()
            .parse::<DateTime<Utc>>()
    };
    for (ours, theirs) in &rows {
        assert_eq!(ours["singleton_on"], theirs["singleton_on"]);
        let apart = time(ours).unwrap() - time(theirs).unwrap();
        assert!(apart.num_seconds().abs() <= 2, "{apart}");
    }
    assert_ne!(rows[0].0["singleton_on"], rows[1].0["singleton_on"]);
    assert!(!submission().submit(json!(1)).await.unwrap().is_new());
    assert_eq!(both.send("io_give", json!(1), options).await, "");
    both.end(ours).await;
}

#[tokio::test]
async fn case_21_an_id_is_taken_once_in_each_queue() {
    let Some(both) = Both::new().await else {
        return;
    };
    let ours = both.submitting().await;
    let submission = IoGive::run_now().on(&ours);
    let id = submission.submit(json!(1)).await.unwrap().job_id;
    let same = json!({ "id": id });
    assert_eq!(both.send("io_give", json!(2), same.clone()).await, "");
    assert_eq!(
        both.send("io_take", json!(2), same.clone()).await,
        id.to_string()
    );
    let again = IoTake::run_now()
        .on(&ours)
        .submit_with(json!(3), same)
        .await;
    assert!(!again.unwrap().is_new());
    both.end(ours).await;
}
