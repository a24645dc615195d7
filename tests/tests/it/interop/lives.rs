//! Jobs that take more than one turn: dead letters, cancelling, retrying, and workers that die.

use std::future::pending;

use jobs_pg::prelude::*;
use jobs_pg::{Error, ErrorKind};
use serde_json::{Value, json};
use tests::eventually;
use tests::node::Behaviour;

use super::queues::{IoExclusive, IoShort};
use super::{Both, quiet, start, track};

const SOON: &str = "pollingIntervalSeconds";

#[job(executor = PgBoss, options(retry_limit = 0, dead_letter = "io_limbo"))]
async fn io_mortal(_input: Value) -> Result<(), JobError> {
    Err(JobError::from(std::io::Error::other("no")))
}

#[job(executor = PgBoss)]
async fn io_called_off(_input: Value) {}

#[job(executor = PgBoss)]
async fn io_orphan(_input: Value) {}

#[job(executor = PgBoss)]
async fn io_endless() {
    pending::<()>().await;
}

#[tokio::test]
async fn case_42_our_dead_letters_are_as_nodes_and_node_brings_them_home() {
    let Some(both) = Both::new().await else {
        return;
    };
    let ours = both.working::<IoMortal>().await;
    let options =
        json!({ "priority": 3, "singletonKey": "k", "group": { "id": "g", "tier": "t" } });
    let by_us = both
        .send("io_mortal", json!({ "a": 1 }), options.clone())
        .await;
    both.row_in("failed", &by_us).await;
    ours.stop().await.unwrap();
    let by_node = both.send("io_mortal", json!({ "a": 1 }), options).await;
    both.fetch("io_mortal", 1).await;
    both.boss
        .call("fail", json!(["io_mortal", by_node, { "message": "no" }]))
        .await;

    let copies = [copy(&both, &by_us).await, copy(&both, &by_node).await];
    assert_eq!(copies[0], copies[1]);
    assert_eq!(both.boss.call("redrive", json!(["io_limbo"])).await, 2);
    for id in [by_us, by_node] {
        let home = format!(
            "SELECT count(*) FROM pgboss.job
              WHERE name = 'io_mortal' AND state = 'created' AND source_root_id = '{id}' AND data = '{{\"a\": 1}}'"
        );
        assert_eq!(both.value::<i64>(&home).await, 1);
    }
    both.end(ours).await;
}

/// The copy of a failed job, without what is its own, which is checked.
pub(super) async fn copy(both: &Both, id: &str) -> Value {
    let source = both.row(id).await;
    let copy = format!("SELECT to_jsonb(j) FROM pgboss.job j WHERE source_id = '{id}'");
    let mut copy: Value = both.value(&copy).await;
    assert_eq!(copy["source_root_id"], id);
    assert_eq!(copy["source_created_on"], source["created_on"]);
    assert_eq!(copy["source_output"], source["output"]);
    assert_eq!(copy["start_after"], copy["created_on"]);
    assert!(copy["policy"].is_null() && copy["dead_letter"].is_null());
    for own in [
        "id",
        "created_on",
        "start_after",
        "keep_until",
        "source_id",
        "source_root_id",
        "source_created_on",
        "source_output",
    ] {
        copy[own] = Value::Null;
    }
    copy
}

#[tokio::test]
async fn case_44_what_ours_cancels_node_does_not_complete() {
    let Some(both) = Both::new().await else {
        return;
    };
    let ours = both.submitting().await;
    both.boss
        .work(
            "io_called_off",
            json!({ SOON: 0.5, "includeMetadata": true }),
            Behaviour::Wait,
        )
        .await;
    let submission = IoCalledOff::run_now().on(&ours);
    let job = submission.submit(json!(1)).await.unwrap();
    let id = job.job_id.to_string();
    both.boss.handles("io_called_off", 1).await;
    assert!(job.pg_boss().cancel().await.unwrap());
    both.boss.release("io_called_off").await;
    // By the end of the next one Node has settled the first.
    let next = both.send("io_called_off", json!(2), json!({})).await;
    both.row_in("completed", &next).await;
    assert_eq!(both.row(&id).await["state"], "cancelled");
    assert!(job.pg_boss().resume().await.unwrap());
    let again = both.boss.handles("io_called_off", 3).await;
    assert_eq!(again[2]["retryCount"], 1);
    both.row_in("completed", &id).await;
    both.end(ours).await;
}

#[tokio::test]
async fn case_45_ours_retries_what_failed_with_node() {
    let Some(both) = Both::new().await else {
        return;
    };
    let ours = both.submitting().await;
    let id = fail_by_node(&both, "io_called_off").await;
    assert!(
        track::<IoCalledOff>(&ours, &id)
            .pg_boss()
            .retry()
            .await
            .unwrap()
    );
    let row = both.row(&id).await;
    assert_eq!(
        (&row["state"], &row["retry_limit"]),
        (&json!("retry"), &json!(1))
    );
    assert!(!row["output"].is_null());
    assert_eq!(both.fetch("io_called_off", 1).await[0]["retryCount"], 1);

    // Where another one has the place, both are refused.
    let id = fail_by_node(&both, "io_exclusive").await;
    both.send("io_exclusive", json!(2), json!({})).await;
    refused(track::<IoExclusive>(&ours, &id).pg_boss().retry().await);
    refused_to_node(&both, "retry", "io_exclusive", &id).await;
    let id = both.send("io_short", json!(1), json!({})).await;
    both.boss.call("cancel", json!(["io_short", id])).await;
    both.send("io_short", json!(2), json!({})).await;
    refused(track::<IoShort>(&ours, &id).pg_boss().resume().await);
    refused_to_node(&both, "resume", "io_short", &id).await;
    both.end(ours).await;
}

async fn fail_by_node(both: &Both, queue: &str) -> String {
    let id = both.send(queue, json!(1), json!({ "retryLimit": 0 })).await;
    both.fetch(queue, 1).await;
    both.boss
        .call("fail", json!([queue, id, { "message": "no" }]))
        .await;
    both.row_in("failed", &id).await;
    id
}

fn refused(changed: Result<bool, Error>) {
    assert_eq!(changed.unwrap_err().kind(), ErrorKind::Refused);
}

async fn refused_to_node(both: &Both, verb: &str, queue: &str, id: &str) {
    let refused = both.boss.try_call(verb, json!([queue, id])).await;
    assert_eq!(refused.unwrap_err()["code"], "23505");
}

#[tokio::test]
async fn case_46_ours_ends_the_attempts_of_a_node_that_died() {
    let Some(both) = Both::new().await else {
        return;
    };
    let idle = both.submitting().await;
    let victim = both
        .node
        .boss(
            &both.database,
            &json!({ "supervise": false, "schedule": false }),
        )
        .await;
    victim.call("start", json!([])).await;
    let options = json!({ SOON: 0.5, "localConcurrency": 2 });
    victim.work("io_orphan", options, Behaviour::Wait).await;
    let expired = both
        .send("io_orphan", json!(1), json!({ "retryLimit": 0 }))
        .await;
    let silent = both.send("io_orphan", json!(2), json!({})).await;
    victim.handles("io_orphan", 2).await;
    victim.kill().await;
    for (column, id) in [("started_on", &expired), ("heartbeat_on", &silent)] {
        let long_ago =
            format!("UPDATE pgboss.job SET {column} = now() - interval '1 hour' WHERE id = '{id}'");
        both.execute(&long_ago).await;
    }
    let ours = quiet(&both.database).supervise(true);
    let ours = start(ours.only::<IoOrphan>()).await;
    let row = both.row_in("failed", &expired).await;
    assert_eq!(
        row["output"],
        json!({ "value": { "message": "job timed out" } })
    );
    let row = both.row_in("completed", &silent).await;
    assert_eq!(row["retry_count"], 1);
    idle.stop().await.unwrap();
    both.end(ours).await;
}

#[tokio::test]
async fn case_47_node_ends_the_attempts_of_ours_that_died() {
    let Some(both) = Both::new().await else {
        return;
    };
    let url = both.database.url().to_owned();
    let dying = tokio::runtime::Runtime::new().unwrap();
    let submitted = dying.spawn(async move {
        let boss = PgBoss::builder().url(&url).supervise(false).schedule(false);
        let boss = start(boss.only::<IoEndless>()).await;
        let submission = IoEndless::run_now().on(&boss);
        let submitted = submission.submit_with((), json!({ "retryLimit": 0 }));
        (submitted.await.unwrap().job_id, boss)
    });
    let (id, boss) = submitted.await.unwrap();
    let id = id.to_string();
    both.row_in("active", &id).await;
    // Nothing is put back, as in a crash.
    std::mem::forget(boss);
    dying.shutdown_background();
    eventually("Node ends the attempt", async || {
        let long_ago = format!("UPDATE pgboss.job SET heartbeat_on = now() - interval '1 hour' WHERE id = '{id}' AND state = 'active'");
        both.execute(&long_ago).await;
        both.forget_passes().await;
        both.boss.call("supervise", json!([])).await;
        both.row(&id).await["state"] == "failed"
    })
    .await;
    let silent = json!({ "value": { "message": "job heartbeat timeout" } });
    assert_eq!(both.row(&id).await["output"], silent);
    let idle = both.submitting().await;
    both.end(idle).await;
}

#[tokio::test]
async fn case_53_a_job_kept_for_ever_outlives_the_sweeps_of_both() {
    let Some(both) = Both::new().await else {
        return;
    };
    let idle = both.submitting().await;
    let kept = done_long_ago(&both, 0).await;
    for by_us in [true, false] {
        let outlived = done_long_ago(&both, 60).await;
        both.forget_passes().await;
        let ours = match by_us {
            true => Some(start(quiet(&both.database).supervise(true).only::<IoEndless>()).await),
            false => {
                both.boss.call("supervise", json!([])).await;
                None
            }
        };
        eventually("what was kept long enough is gone", async || {
            let left = format!("SELECT count(*) FROM pgboss.job WHERE id = '{outlived}'");
            both.value::<i64>(&left).await == 0
        })
        .await;
        assert_eq!(both.row(&kept).await["state"], "completed");
        if let Some(ours) = ours {
            ours.stop().await.unwrap();
        }
    }
    both.end(idle).await;
}

async fn done_long_ago(both: &Both, delete_after: u32) -> String {
    let options = json!({ "deleteAfterSeconds": delete_after });
    let id = both.send("io_called_off", json!(1), options).await;
    both.fetch("io_called_off", 1).await;
    both.boss
        .call("complete", json!(["io_called_off", id]))
        .await;
    let long_ago =
        format!("UPDATE pgboss.job SET completed_on = now() - interval '1 year' WHERE id = '{id}'");
    both.execute(&long_ago).await;
    id
}
