//! Results of single jobs out of one batch.

use jobs_pg::prelude::*;
use serde_json::{Value, json};
use tests::node::Behaviour;

use super::lives::copy;
use super::{Both, quiet, start};

#[job(executor = PgBoss, worker(batch = 10), options(retry_limit = 3, dead_letter = "io_batch_dead"))]
async fn io_batch(inputs: Vec<Value>) -> Vec<Result<Value, JobError>> {
    let results = inputs.into_iter().map(|input| match input.as_i64() {
        Some(1) => Err(JobError::fail("no")),
        Some(2) => Err(JobError::new("not now")),
        _ => Ok(json!({ "got": input })),
    });
    results.collect()
}

#[tokio::test]
async fn case_49_a_failure_for_good_in_our_batch_is_what_deadletter_is_in_nodes() {
    let Some(both) = Both::new().await else {
        return;
    };
    // Creates the queues.
    start(quiet(&both.database).only::<IoBatch>().work(false))
        .await
        .stop()
        .await
        .unwrap();
    let by_node = send_three(&both).await;
    let results = json!([
        { "id": by_node[0], "status": "completed", "output": { "got": 0 } },
        { "id": by_node[1], "status": "deadletter", "output": { "message": "no" } },
        { "id": by_node[2], "status": "failed", "output": { "message": "not now" } },
    ]);
    let options = json!({ "batchSize": 10, "perJobResults": true, "pollingIntervalSeconds": 0.5 });
    let worker = both
        .boss
        .work("io_batch", options, Behaviour::Give { value: results })
        .await;
    for (id, state) in by_node.iter().zip(["completed", "failed", "retry"]) {
        both.row_in(state, id).await;
    }
    let stop = json!(["io_batch", { "id": worker, "wait": true }]);
    both.boss.call("offWork", stop).await;

    let by_us = send_three(&both).await;
    // What waits for its second attempt would be in our batch too.
    both.boss
        .call("deleteJob", json!(["io_batch", by_node[2]]))
        .await;
    let ours = both.working::<IoBatch>().await;
    for (id, state) in by_us.iter().zip(["completed", "failed", "retry"]) {
        both.row_in(state, id).await;
    }
    for at in [0, 1] {
        let [theirs, ours] = [
            ended(&both, &by_node[at]).await,
            ended(&both, &by_us[at]).await,
        ];
        assert_eq!(theirs, ours);
    }
    let copies = [copy(&both, &by_node[1]).await, copy(&both, &by_us[1]).await];
    assert_eq!(copies[0], copies[1]);
    both.end(ours).await;
}

async fn send_three(both: &Both) -> Vec<String> {
    let mut ids = Vec::new();
    for number in 0..3 {
        let options = json!({ "retryDelay": 3600, "priority": -number });
        ids.push(both.send("io_batch", json!(number), options).await);
    }
    ids
}

/// A row without what is its own. Of an error the message counts: ours say more.
async fn ended(both: &Both, id: &str) -> Value {
    let mut row = both.row(id).await;
    assert!(!row["completed_on"].is_null() && !row["started_on"].is_null());
    if row["state"] == "failed" {
        row["output"] = row["output"]["message"].take();
    }
    for own in [
        "id",
        "created_on",
        "start_after",
        "started_on",
        "completed_on",
        "keep_until",
        "heartbeat_on",
    ] {
        row[own] = Value::Null;
    }
    row
}
