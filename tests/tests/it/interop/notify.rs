//! The doorbell that both sides ring and hear.

use jobs_pg::prelude::*;
use serde_json::{Value, json};
use sqlx::postgres::PgListener;
use tests::node::Behaviour;
use tokio::time::timeout;

use super::{Both, track};

/// Of the schema `pgboss`.
const CHANNEL: &str = "pgboss_454650302e472074f72063fd";

#[job(executor = PgBoss)]
async fn io_bell(input: Value) -> Value {
    input
}

#[job(executor = PgBoss)]
async fn io_later() {}

#[tokio::test]
async fn case_26_a_submission_wakes_nodes_worker() {
    let Some(both) = Both::with(json!({ "useListenNotify": true })).await else {
        return;
    };
    let ours = both.submitting().await;
    // By polling alone it would be given the first job only.
    let options = json!({ "pollingIntervalSeconds": 3600 });
    both.boss.work("io_bell", options, Behaviour::Echo).await;
    for count in 1..=5 {
        let submission = IoBell::run_now().on(&ours);
        submission.submit(json!(count)).await.unwrap();
        both.boss.handles("io_bell", count).await;
    }
    both.end(ours).await;
}

#[tokio::test]
async fn case_26_a_send_of_node_wakes_our_worker() {
    let Some(both) = Both::new().await else {
        return;
    };
    let ours = both.working::<IoBell>().await;
    for count in 0..10 {
        let id = both.send("io_bell", json!(count), json!({})).await;
        track::<IoBell>(&ours, &id).output().await.unwrap();
    }
    // Each one but the first comes when the worker has just looked, which it does every two seconds if nothing wakes it.
    let woken = "SELECT count(*) FROM pgboss.job WHERE data <> '0' AND started_on - created_on < interval '1 second'";
    assert_ne!(both.value::<i64>(woken).await, 0);
    both.end(ours).await;
}

#[tokio::test]
async fn case_26_what_is_due_later_wakes_nobody() {
    let Some(both) = Both::new().await else {
        return;
    };
    let ours = both.submitting().await;
    let mut listener = listen(&both).await;
    let submission = IoLater::delay(1).on(&ours);
    submission.submit(()).await.unwrap();
    both.send("io_later", json!(null), json!({ "startAfter": 1 }))
        .await;
    // What comes after it is heard first.
    let submission = IoBell::run_now().on(&ours);
    submission.submit(json!(1)).await.unwrap();
    assert_eq!(heard(&mut listener).await, "io_bell");
    both.send("io_bell", json!(1), json!({})).await;
    assert_eq!(heard(&mut listener).await, "io_bell");
    both.end(ours).await;
}

#[tokio::test]
async fn case_27_what_is_rolled_back_wakes_nobody() {
    let Some(both) = Both::new().await else {
        return;
    };
    let ours = both.submitting().await;
    let mut listener = listen(&both).await;
    let mut transaction = both.database.pool().begin().await.unwrap();
    let submission = IoLater::run_now().on(&ours);
    submission.submit_in(&mut transaction, ()).await.unwrap();
    transaction.rollback().await.unwrap();
    let mut transaction = both.database.pool().begin().await.unwrap();
    let submission = IoBell::run_now().on(&ours);
    submission
        .submit_in(&mut transaction, json!(1))
        .await
        .unwrap();
    transaction.commit().await.unwrap();
    assert_eq!(heard(&mut listener).await, "io_bell");
    both.end(ours).await;
}

async fn listen(both: &Both) -> PgListener {
    let mut listener = PgListener::connect(both.database.url()).await.unwrap();
    listener.listen(CHANNEL).await.unwrap();
    listener
}

async fn heard(listener: &mut PgListener) -> String {
    let heard = timeout(tests::BOUND, listener.recv()).await;
    heard.unwrap().unwrap().payload().to_owned()
}
