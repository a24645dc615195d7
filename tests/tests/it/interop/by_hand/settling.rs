//! What each operation makes of a job in each state: the same row as Node's.

use jobs_pg::PgBoss;
use jobs_pg::operation::{AffectedJobs, FindJobs};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{Both, changes, id};

const STATES: [&str; 6] = [
    "created",
    "retry",
    "active",
    "completed",
    "cancelled",
    "failed",
];

/// What is done, by its name with Node.
const OPERATIONS: [&str; 8] = [
    "complete",
    "complete queued",
    "fail",
    "cancel",
    "resume",
    "retry",
    "touch",
    "deleteJob",
];

/// A job in a state, with something in every column that an operation may touch.
async fn job_in(both: &Both, queue: &str, state: &str, attempts_left: bool) -> Uuid {
    let id = Uuid::now_v7();
    let ended = ["completed", "cancelled", "failed"].contains(&state);
    let retry_count = i32::from(state != "created");
    both.execute(&format!(
        "INSERT INTO pgboss.job (id, name, state, data, output, retry_limit, retry_count, retry_delay, dead_letter, created_on,
             start_after, started_on, completed_on, heartbeat_on, keep_until, blocked, pending_dependencies, upsert_by_key)
         VALUES ('{id}', '{queue}', '{state}', '1', '{{\"old\": 1}}', {}, {retry_count}, 1000, 'dead', '2020-01-01',
             '2020-01-02', {}, {}, '2020-01-05', '2090-01-01', {}, 1, true)",
        retry_count + i32::from(attempts_left),
        if state == "created" { "NULL" } else { "'2020-01-03'" },
        if ended { "'2020-01-04'" } else { "NULL" },
        state == "created",
    ))
    .await;
    id
}

async fn by_us(ours: &PgBoss, operation: &str, queue: &str, job: Uuid) -> AffectedJobs {
    let output = json!("new");
    let done = match operation {
        "complete" => ours.complete(queue, job, output),
        "complete queued" => ours.complete_queued(queue, job, output),
        "fail" => ours.fail(queue, job, output),
        "cancel" => ours.cancel(queue, job),
        "resume" => ours.resume(queue, job),
        "retry" => ours.retry(queue, job),
        "touch" => ours.touch(queue, job),
        _ => ours.delete_job(queue, job),
    };
    done.await.unwrap()
}

async fn by_node(both: &Both, operation: &str, queue: &str, job: Uuid) -> Value {
    let (method, args) = match operation {
        "complete" | "fail" => (operation, json!([queue, job, "new"])),
        "complete queued" => (
            "complete",
            json!([queue, job, "new", { "includeQueued": true }]),
        ),
        _ => (operation, json!([queue, job])),
    };
    both.boss.call(method, args).await
}

#[tokio::test]
async fn each_operation_makes_of_each_state_what_nodes_makes_of_it() {
    let Some(both) = Both::new().await else {
        return;
    };
    let ours = both.ours().await;
    for name in ["dead", "mail"] {
        both.queue(name, json!({})).await;
    }
    for operation in OPERATIONS {
        for (state, attempts_left) in STATES
            .iter()
            .flat_map(|state| [(*state, true), (*state, false)])
        {
            let [one, twin] = [
                job_in(&both, "mail", state, attempts_left).await,
                job_in(&both, "mail", state, attempts_left).await,
            ];
            let before = both.row(&one.to_string()).await;
            let affected = by_us(&ours, operation, "mail", one).await;
            let told = by_node(&both, operation, "mail", twin).await;
            let case = format!("{operation} {state} {attempts_left}");
            assert_eq!(
                (json!(affected.requested), json!(affected.count())),
                (told["requested"].clone(), told["affected"].clone()),
                "{case}"
            );
            let end = async |id: Uuid| {
                let mut rows = both.rows("mail").await;
                rows.retain(|row| row["id"] == json!(id));
                let copies = both.rows("dead").await;
                let copies = copies
                    .into_iter()
                    .filter(|row| row["source_id"] == json!(id));
                let copies: Vec<_> = copies
                    .map(|mut copy| {
                        for own in ["source_id", "source_root_id"] {
                            copy[own] = Value::Null;
                        }
                        changes(copy, &before)
                    })
                    .collect();
                let rows: Vec<_> = rows.into_iter().map(|row| changes(row, &before)).collect();
                (rows, copies)
            };
            assert_eq!(end(one).await, end(twin).await, "{case}");
        }
    }
    both.end(ours).await;
}

#[tokio::test]
async fn outputs_are_stored_as_node_stores_them() {
    let Some(both) = Both::new().await else {
        return;
    };
    let ours = both.ours().await;
    for name in ["dead", "mail"] {
        both.queue(name, json!({})).await;
    }
    for output in [
        json!({ "a": [1, null] }),
        json!({}),
        json!([1]),
        json!("text"),
        json!(""),
        json!(0),
        json!(false),
        Value::Null,
    ] {
        for fails in [false, true] {
            let [one, twin] = [
                job_in(&both, "mail", "active", false).await,
                job_in(&both, "mail", "active", false).await,
            ];
            both.execute("UPDATE pgboss.job SET dead_letter = NULL, output = NULL")
                .await;
            let method = match fails {
                true => ours.fail("mail", one, &output).await.map(|_| "fail"),
                false => ours
                    .complete("mail", one, &output)
                    .await
                    .map(|_| "complete"),
            };
            both.boss
                .call(method.unwrap(), json!(["mail", twin, output]))
                .await;
            let [one, twin] = [
                both.row(&one.to_string()).await,
                both.row(&twin.to_string()).await,
            ];
            assert_eq!(
                (&one["state"], &one["output"]),
                (&twin["state"], &twin["output"]),
                "{output}"
            );
        }
    }
    both.end(ours).await;
}

#[tokio::test]
async fn many_jobs_are_settled_at_once_and_each_is_told_of() {
    let Some(both) = Both::new().await else {
        return;
    };
    let ours = both.ours().await;
    both.queue("mail", json!({ "partition": true })).await;
    both.queue("dead", json!({})).await;
    let mut active = Vec::new();
    for _ in 0..3 {
        active.push(job_in(&both, "mail", "active", true).await);
    }
    let waiting = job_in(&both, "mail", "created", true).await;
    let unknown = Uuid::now_v7();
    // Some of another state, some unknown, one named twice: only those that could be are told.
    let named = [&active[..], &[waiting, unknown, active[0]]].concat();
    let done = ours.touch("mail", &named).await.unwrap();
    let mut touched = done.jobs;
    touched.sort_unstable();
    assert_eq!((done.requested, &touched), (6, &active));
    assert_eq!(
        ours.complete("mail", &named[..2], "done")
            .await
            .unwrap()
            .count(),
        2
    );
    assert_eq!(ours.cancel("mail", named.clone()).await.unwrap().count(), 2);
    assert_eq!(ours.resume("mail", named.clone()).await.unwrap().count(), 2);
    assert_eq!(
        ours.complete("mail", named.clone(), "done")
            .await
            .unwrap()
            .count(),
        0
    );
    assert_eq!(
        ours.complete_queued("mail", named.clone(), "done")
            .await
            .unwrap()
            .count(),
        2
    );
    assert_eq!(ours.delete_job("mail", named).await.unwrap().count(), 4);
    assert_eq!(
        ours.delete_job("mail", Vec::<Uuid>::new())
            .await
            .unwrap()
            .requested,
        0
    );
    assert!(
        ours.find_jobs("mail", FindJobs::new())
            .await
            .unwrap()
            .is_empty()
    );
    both.end(ours).await;
}

#[tokio::test]
async fn what_was_cancelled_in_mid_run_counts_as_an_attempt_when_it_goes_on() {
    let Some(both) = Both::new().await else {
        return;
    };
    let ours = both.ours().await;
    both.queue("mail", json!({})).await;
    let sent = id(&both.send("mail", json!(1), json!({})).await);
    let held = ours
        .fetch("mail", jobs_pg::operation::FetchOptions::new())
        .await
        .unwrap();
    assert_eq!(ours.cancel("mail", &held).await.unwrap().jobs, [sent]);
    assert_eq!(ours.complete("mail", &held, ()).await.unwrap().count(), 0);
    assert_eq!(ours.resume("mail", sent).await.unwrap().jobs, [sent]);
    let again = both.fetch("mail", 1).await;
    assert_eq!(again[0]["retryCount"], 1);
    both.end(ours).await;
}

#[tokio::test]
async fn case_45_a_taken_place_is_an_error_of_retry_and_resume_and_nothing_changes() {
    let Some(both) = Both::new().await else {
        return;
    };
    let ours = both.ours().await;
    both.queue("mail", json!({ "policy": "exclusive" })).await;
    let mut sent = Vec::new();
    for key in ["free", "taken"] {
        for end in ["fail", "cancel"] {
            let options = json!({ "singletonKey": key, "retryLimit": 0 });
            let job = both.send("mail", json!(1), options).await;
            both.boss.call("fetch", json!(["mail"])).await;
            both.boss.call(end, json!(["mail", job])).await;
            sent.push(id(&job));
        }
    }
    both.send("mail", json!(1), json!({ "singletonKey": "taken" }))
        .await;
    let before = both.rows("mail").await;
    let [failed, cancelled] = [[sent[0], sent[2]], [sent[1], sent[3]]];
    for refused in [
        ours.retry("mail", failed).await,
        ours.resume("mail", cancelled).await,
    ] {
        assert_eq!(refused.unwrap_err().kind(), jobs_pg::ErrorKind::Refused);
    }
    for (method, jobs) in [("retry", failed), ("resume", cancelled)] {
        let told = both
            .boss
            .try_call(method, json!(["mail", jobs]))
            .await
            .unwrap_err();
        assert_eq!(told["code"], "23505");
    }
    assert_eq!(both.rows("mail").await, before);
    assert_eq!(
        ours.retry("mail", failed[0]).await.unwrap().jobs,
        [failed[0]]
    );
    both.end(ours).await;
}
