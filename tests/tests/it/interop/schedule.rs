//! Schedules that one side keeps and the other fires.

use jobs_pg::prelude::*;
use serde_json::{Value, json};
use tests::{eventually, wait_for};

use super::{Both, quiet, start};

/// Due within the last minute at any time.
const EVERY_MINUTE: &str = "* * * * *";

const FILED: &str = "SELECT count(*) FROM pgboss.job WHERE name = '__pgboss__send-it' AND data->>'name' = 'io_tick'";

#[job(executor = PgBoss)]
async fn io_tick(_input: Value) {}

/// Lets Node write the schedule row, with everything that one can state.
async fn schedule(both: &Both) {
    let options = json!({
        "key": "k_1", "tz": "Europe/Paris", "priority": 4, "retryLimit": 3, "singletonKey": "s", "missed": "skip",
        "expireInSeconds": 77,
    });
    let row = json!(["io_tick", EVERY_MINUTE, { "a": [1, null] }, options]);
    both.boss.call("schedule", row).await;
}

/// What was filed for one occurrence, without the occurrence; that is the same wherever it stands.
async fn filed(both: &Both) -> Value {
    let filed = wait_for("an occurrence is filed", async || {
        let row = sqlx::query_scalar(
            "SELECT to_jsonb(j) FROM pgboss.job j WHERE name = '__pgboss__send-it' \
                AND data->>'name' = 'io_tick' ORDER BY singleton_on LIMIT 1",
        );
        row.fetch_optional(both.database.pool()).await.unwrap()
    });
    let mut filed: Value = filed.await;
    let slot = filed["data"]["slot"].as_str().unwrap().to_owned();
    let stored = filed["singleton_on"].as_str().unwrap().replace('T', " ");
    assert_eq!(stored, slot);
    assert!(slot.ends_with(":00"), "{slot}");
    filed["data"]["slot"] = Value::Null;
    let mut kept = json!({});
    for column in [
        "data",
        "singleton_key",
        "priority",
        "policy",
        "retry_limit",
        "retry_delay",
        "retry_backoff",
        "expire_seconds",
        "deletion_seconds",
        "dead_letter",
        "heartbeat_seconds",
        "group_id",
    ] {
        kept[column] = filed[column].take();
    }
    kept
}

/// What the schedule submitted, without what is its own.
async fn submitted(both: &Both) -> Value {
    let mut job = wait_for("the job is submitted", async || {
        both.fetch("io_tick", 1).await.pop()
    })
    .await;
    for own in [
        "id",
        "startAfter",
        "startedOn",
        "createdOn",
        "keepUntil",
        "heartbeatOn",
    ] {
        job[own] = Value::Null;
    }
    job
}

#[tokio::test]
async fn case_58_ours_fires_nodes_schedule_as_node_does() {
    let Some(by_us) = Both::new().await else {
        return;
    };
    let Some(by_node) = Both::with(json!({ "schedule": true })).await else {
        return;
    };
    // The queue that ours declares, for both.
    let idle = by_node.submitting().await;
    schedule(&by_node).await;
    by_node
        .execute("UPDATE pgboss.version SET cron_on = NULL")
        .await;
    let again = by_node.node.boss(&by_node.database, &json!({})).await;
    again.call("start", json!([])).await;
    let expected = (filed(&by_node).await, submitted(&by_node).await);
    again.stop().await;

    let ours = quiet(&by_us.database);
    let idle_too = by_us.submitting().await;
    schedule(&by_us).await;
    let ours = start(ours.schedule(true).only::<IoNone>()).await;
    assert_eq!(filed(&by_us).await, expected.0);
    assert_eq!(submitted(&by_us).await, expected.1);
    eventually("the row names its last job", async || {
        let last = "SELECT count(last_job_id) = 1 FROM pgboss.schedule WHERE name = 'io_tick'";
        by_us.value(last).await
    })
    .await;
    idle.stop().await.unwrap();
    idle_too.stop().await.unwrap();
    by_us.end(ours).await;
    by_node.boss.stop().await;
}

#[tokio::test]
async fn case_58_a_minute_has_one_job_though_both_pass() {
    let Some(both) = Both::new().await else {
        return;
    };
    let idle = both.submitting().await;
    schedule(&both).await;
    let mut bosses = Vec::new();
    for pass in 0..4 {
        both.execute("UPDATE pgboss.version SET cron_on = NULL")
            .await;
        if pass % 2 == 0 {
            let node = both
                .node
                .boss(&both.database, &json!({ "supervise": false }))
                .await;
            node.call("start", json!([])).await;
            bosses.push(node);
        } else {
            let ours = start(quiet(&both.database).schedule(true).only::<IoNone>()).await;
            eventually("the pass is taken", async || {
                both.value("SELECT cron_on IS NOT NULL FROM pgboss.version")
                    .await
            })
            .await;
            ours.stop().await.unwrap();
        }
        eventually("the pass is taken", async || {
            both.value("SELECT cron_on IS NOT NULL FROM pgboss.version")
                .await
        })
        .await;
    }
    eventually("all is sent on", async || {
        let left = format!("{FILED} AND state <> 'completed'");
        both.value::<i64>(&left).await == 0 && both.value::<i64>(FILED).await > 0
    })
    .await;
    let minutes = FILED.replace("count(*)", "count(DISTINCT singleton_on)");
    let filed: i64 = both.value(FILED).await;
    assert_eq!(filed, both.value::<i64>(&minutes).await);
    let jobs = "SELECT count(*) FROM pgboss.job WHERE name = 'io_tick'";
    assert_eq!(both.value::<i64>(jobs).await, filed);
    for node in bosses {
        node.stop().await;
    }
    both.end(idle).await;
}

#[job(executor = PgBoss)]
async fn io_none() {}
