//! Schemas whose names are not simply lower case: what is hashed from them is the same on both sides.

use std::time::Duration;

use jobs_pg::prelude::*;
use serde_json::json;
use sqlx::AssertSqlSafe;
use tests::node::{Behaviour, Node};
use tests::{Database, eventually};
use tokio::time::Instant;

use super::{quiet, start};

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

    let mut holder = database.pool().begin().await.unwrap();
    let hold = "SELECT pg_advisory_xact_lock(('x' || encode(substr(sha224(convert_to($1, 'UTF8')), 1, 8), 'hex'))::bit(64)::bigint)";
    let lock = format!("{}.pgboss.{schema}create-queue", database.name());
    sqlx::query(hold)
        .bind(lock)
        .execute(&mut *holder)
        .await
        .unwrap();
    let ours = quiet(&database).schema(schema).work(false);
    let waiting = async {
        eventually("both wait", async || {
            let waiting = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted \
                              AND database = (SELECT oid FROM pg_database WHERE datname = current_database())";
            let waiting: i64 = sqlx::query_scalar(waiting).fetch_one(database.pool()).await.unwrap();
            waiting == 2
        })
        .await;
        holder.commit().await.unwrap();
    };
    let (_, ours, ()) = tokio::join!(
        boss.call("createQueue", json!(["theirs"])),
        start(ours),
        waiting
    );

    boss.work(
        "io_named",
        json!({ "pollingIntervalSeconds": 20 }),
        Behaviour::Echo,
    )
    .await;
    let begun = Instant::now();
    for count in 1..=5 {
        IoNamed::run_now().on(&ours).submit(count).await.unwrap();
        boss.handles("io_named", count).await;
    }
    assert!(begun.elapsed() < Duration::from_secs(20));
    let jobs = format!("SELECT count(*) FROM {schema}.job WHERE name = 'io_named'");
    let jobs: i64 = sqlx::query_scalar(AssertSqlSafe(jobs))
        .fetch_one(database.pool())
        .await
        .unwrap();
    assert_eq!(jobs, 5);
    ours.stop().await.unwrap();
    boss.stop().await;
}
