//! Schemas whose names are not simply lower case: what is hashed from them is the same on both sides.

use jobs_pg::prelude::*;
use serde_json::json;
use sqlx::AssertSqlSafe;
use tests::node::{Behaviour, Node};
use tests::{Database, eventually};

use super::{hold_lock, quiet, start};

#[job(executor = PgBoss)]
async fn io_named(_input: usize) {}

#[tokio::test]
async fn case_07_a_bare_name_in_mixed_case_means_the_same_to_both() {
    agree_on("MixedCase").await;
}

#[tokio::test]
async fn case_07_a_quoted_name_means_the_same_to_both() {
    agree_on("\"Quoted-S\"").await;
}

/// Both wait for the same lock, and Node hears on the channel that we ring.
async fn agree_on(schema: &str) {
    let Some(node) = Node::ready().await else {
        return;
    };
    let database = Database::new().await;
    let options =
        json!({ "schema": schema, "useListenNotify": true, "supervise": false, "schedule": false });
    let boss = node.boss(&database, &options).await;
    boss.call("start", json!([])).await;

    let holder = hold_lock(&database, schema, "create-queue").await;
    let ours = quiet(&database).schema(schema).work(false);
    let waiting = async {
        eventually("both wait", async || {
            database.waiting_for_locks().await == 2
        })
        .await;
        holder.commit().await.unwrap();
    };
    let (_, ours, ()) = tokio::join!(
        boss.call("createQueue", json!(["theirs"])),
        start(ours),
        waiting
    );

    // By polling alone it would be given the first job only.
    let options = json!({ "pollingIntervalSeconds": 3600 });
    boss.work("io_named", options, Behaviour::Echo).await;
    for count in 1..=5 {
        IoNamed::run_now().on(&ours).submit(count).await.unwrap();
        boss.handles("io_named", count).await;
    }
    let jobs = format!("SELECT count(*) FROM {schema}.job WHERE name = 'io_named'");
    let jobs: i64 = sqlx::query_scalar(AssertSqlSafe(jobs))
        .fetch_one(database.pool())
        .await
        .unwrap();
    assert_eq!(jobs, 5);
    ours.stop().await.unwrap();
    boss.stop().await;
}
