//! Both sides fetching from one queue.

use std::collections::HashSet;
use std::sync::Mutex;

use jobs_pg::prelude::*;
use serde_json::{Value, json};
use tests::eventually;
use tests::node::Behaviour;
use tokio::sync::Semaphore;
use uuid::Uuid;

use super::Both;

const JOBS: usize = 5000;

static DONE_BY_US: Mutex<Vec<Uuid>> = Mutex::new(Vec::new());
/// Closed until both sides have jobs.
static GATE: Semaphore = Semaphore::const_new(0);

#[job(executor = PgBoss, worker(concurrency = 8))]
async fn io_share(_input: Value, ctx: Context<IoShare>) {
    let _open = GATE.acquire().await.unwrap();
    DONE_BY_US.lock().unwrap().push(ctx.job.id);
}

#[tokio::test]
async fn case_28_eight_workers_of_each_do_five_thousand_jobs_once() {
    let Some(both) = Both::new().await else {
        return;
    };
    let submitting = both.submitting().await;
    let ours = (0..JOBS / 2).map(|number| json!({ "number": number }));
    let submission = IoShare::run_now().on(&submitting);
    submission.submit_many(ours).await.unwrap();
    let theirs: Vec<_> = (0..JOBS / 2)
        .map(|number| json!({ "data": number }))
        .collect();
    both.boss.call("insert", json!(["io_share", theirs])).await;

    let options = json!({ "localConcurrency": 8, "batchSize": 5, "burstWhenBatchFull": true, "pollingIntervalSeconds": 0.5 });
    let ours = both.working::<IoShare>().await;
    eventually("ours has jobs", async || {
        let active = "SELECT count(*) FROM pgboss.job WHERE name = 'io_share' AND state = 'active'";
        both.value::<i64>(active).await > 0
    })
    .await;
    both.boss.work("io_share", options, Behaviour::Echo).await;
    both.boss.handles("io_share", 1).await;
    GATE.add_permits(JOBS);
    eventually("all jobs are completed", async || {
        let left =
            "SELECT count(*) FROM pgboss.job WHERE name = 'io_share' AND state <> 'completed'";
        both.value::<i64>(left).await == 0
    })
    .await;

    let by_node = both.boss.handled("io_share");
    let by_node = by_node
        .iter()
        .map(|job| job["id"].as_str().unwrap().parse());
    let by_node: Vec<Uuid> = by_node.map(Result::unwrap).collect();
    let by_us = DONE_BY_US.lock().unwrap().clone();
    assert!(!by_node.is_empty() && !by_us.is_empty());
    assert_eq!(by_node.len() + by_us.len(), JOBS);
    let distinct: HashSet<Uuid> = by_node.into_iter().chain(by_us).collect();
    assert_eq!(distinct.len(), JOBS);
    let again = "SELECT count(*) FROM pgboss.job WHERE name = 'io_share' AND retry_count <> 0";
    assert_eq!(both.value::<i64>(again).await, 0);
    submitting.stop().await.unwrap();
    both.end(ours).await;
}
