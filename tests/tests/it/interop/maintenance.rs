//! Upkeep: whoever takes a pass does all of it, and the other side finds it done.

use jobs_pg::ErrorKind;
use jobs_pg::prelude::*;
use serde_json::{Value, json};
use tests::eventually;

use super::{Both, quiet, start};

/// The counts of a queue as the monitor writes them.
const COUNTS: &str = "jsonb_build_array(deferred_count, blocked_count, queued_count, ready_count, active_count, failed_count,
                                        total_count, singletons_active)";

#[job(executor = PgBoss)]
pub(super) async fn up_seen(_input: Value) {}

/// Jobs in every state, waiting for every reason, in a queue.
async fn all_sorts(both: &Both, queue: &str) {
    both.execute(&format!(
        "INSERT INTO pgboss.job (name, policy, state, singleton_key, start_after, blocked, started_on, completed_on)
         SELECT '{queue}', CASE WHEN s.key IS NULL THEN 'standard' ELSE 'singleton' END, s.state::pgboss.job_state, s.key,
                now() + s.due, s.blocked, now(), CASE WHEN s.state > 'completed' OR s.state = 'cancelled' THEN now() END
           FROM (VALUES ('created', NULL, interval '0', false), ('created', NULL, interval '1 hour', false),
                        ('retry', NULL, interval '1 hour', false), ('created', NULL, interval '1 hour', true),
                        ('created', NULL, interval '0', true), ('active', 'k', interval '0', false),
                        ('active', NULL, interval '0', false), ('failed', NULL, interval '0', false),
                        ('cancelled', NULL, interval '0', false)) AS s (state, key, due, blocked)"
    ))
    .await;
}

/// An attempt whose time was over an hour ago.
async fn overdue(both: &Both, id: &str) {
    both.execute(&format!(
        "UPDATE pgboss.job SET state = 'active', started_on = now() - interval '1 hour', expire_seconds = 60 WHERE id = '{id}'"
    ))
    .await;
}

/// Makes every queue due, for everybody.
pub(super) async fn all_due(both: &Both) {
    both.execute(
        "UPDATE pgboss.queue SET monitor_claim_on = NULL, monitor_on = NULL, maintain_on = NULL",
    )
    .await;
}

async fn counts(both: &Both, queue: &str) -> Value {
    both.value(&format!(
        "SELECT {COUNTS} FROM pgboss.queue WHERE name = '{queue}'"
    ))
    .await
}

#[tokio::test]
async fn case_50_a_pass_of_ours_is_whole_and_node_passes_over_it() {
    let Some(both) = Both::new().await else {
        return;
    };
    let ours = both.submitting().await;
    both.queue("up_counted", json!({ "retryLimit": 0 })).await;
    all_sorts(&both, "up_counted").await;
    let expired = both.send("up_counted", json!(1), json!({})).await;
    overdue(&both, &expired).await;
    ours.supervise().await.unwrap();
    let failed = both.row(&expired).await;
    assert_eq!(
        failed["output"],
        json!({ "value": { "message": "job timed out" } })
    );
    let by_us = counts(&both, "up_counted").await;
    assert_eq!(by_us, json!([2, 2, 5, 1, 2, 2, 10, ["k"]]));

    let late = both.send("up_counted", json!(1), json!({})).await;
    overdue(&both, &late).await;
    both.boss.call("supervise", json!([])).await;
    assert_eq!(both.row(&late).await["state"], "active");
    assert_eq!(counts(&both, "up_counted").await, by_us);

    let query = format!("DELETE FROM pgboss.job WHERE id = '{late}'");
    both.execute(&query).await;
    all_due(&both).await;
    both.execute("UPDATE pgboss.queue SET deferred_count = 9, queued_count = 9, total_count = 9, singletons_active = NULL")
        .await;
    both.boss.call("supervise", json!([])).await;
    assert_eq!(counts(&both, "up_counted").await, by_us);
    both.end(ours).await;
}

#[tokio::test]
async fn case_51_one_side_alone_counts_and_ends_the_jobs_of_the_other() {
    let Some(both) = Both::new().await else {
        return;
    };
    let ours = both.submitting().await;
    let submit = UpSeen::run_now().on(&ours);
    let by_us = submit
        .submit_with(json!(1), json!({ "retryLimit": 0 }))
        .await;
    let by_us = by_us.unwrap().job_id.to_string();
    overdue(&both, &by_us).await;
    both.boss.call("supervise", json!([])).await;
    assert_eq!(both.row(&by_us).await["state"], "failed");
    let counted = counts(&both, "up_seen").await;
    assert_eq!(counted[6], 1);

    let by_node = both
        .send("up_seen", json!(1), json!({ "retryLimit": 0 }))
        .await;
    overdue(&both, &by_node).await;
    all_due(&both).await;
    let alone = start(quiet(&both.database).supervise(true).work(false)).await;
    both.row_in("failed", &by_node).await;
    eventually("ours has counted it", async || {
        counts(&both, "up_seen").await[5] == 2
    })
    .await;
    alone.stop().await.unwrap();
    both.end(ours).await;
}

/// State, deletion time, seconds since the end, seconds until which it is kept, and whether it is still there then.
const KEPT: [(&str, i32, i32, i32, bool); 9] = [
    ("completed", 60, 120, 0, false),
    ("completed", 240, 120, 0, true),
    ("completed", 0, 1_000_000, 0, true),
    ("failed", 60, 120, 600, false),
    ("cancelled", 60, 120, 600, false),
    ("created", 60, 0, -60, false),
    ("created", 0, 0, 60, true),
    ("retry", 0, 0, -60, false),
    ("active", 60, 0, -60, true),
];

#[tokio::test]
async fn case_52_the_same_jobs_outlive_the_tidying_of_both() {
    let Some(both) = Both::new().await else {
        return;
    };
    let ours = both.submitting().await;
    for queue in ["up_kept_ours", "up_kept_node"] {
        both.queue(queue, json!({})).await;
        for (number, (state, deletion, ended, keep, _)) in KEPT.iter().enumerate() {
            both.execute(&format!(
                "INSERT INTO pgboss.job (name, state, priority, deletion_seconds, started_on, completed_on, keep_until)
                 VALUES ('{queue}', '{state}', {number}, {deletion}, now(),
                         CASE WHEN {ended} > 0 THEN now() - interval '{ended} s' END, now() + interval '{keep} s')"
            ))
            .await;
        }
    }
    ours.supervise_queue("up_kept_ours").await.unwrap();
    both.boss.call("supervise", json!(["up_kept_node"])).await;
    let expected: Vec<_> = (0..)
        .zip(KEPT)
        .filter(|(_, kept)| kept.4)
        .map(|(number, _)| number)
        .collect();
    for queue in ["up_kept_ours", "up_kept_node"] {
        let left: Vec<i32> = both
            .value(&format!("SELECT array_agg(priority ORDER BY priority) FROM pgboss.job WHERE name = '{queue}'"))
            .await;
        assert_eq!(left, expected, "{queue}");
    }
    let unknown = ours.supervise_queue("up_nowhere").await.unwrap_err();
    assert_eq!(unknown.kind(), ErrorKind::NotFound);
    both.end(ours).await;
}

#[tokio::test]
async fn case_55_a_total_that_deletes_and_resumes_made_wrong_is_put_right() {
    let Some(both) = Both::new().await else {
        return;
    };
    let ours = both.submitting().await;
    for by_us in [true, false] {
        let mut jobs = Vec::new();
        for number in 0..4 {
            let submitted = UpSeen::run_now().on(&ours).submit(json!(number)).await;
            jobs.push(submitted.unwrap());
        }
        for job in &jobs[..2] {
            assert!(job.pg_boss().cancel().await.unwrap());
        }
        let long_ago = "UPDATE pgboss.job SET completed_on = now() - interval '1 minute' WHERE state = 'cancelled'";
        both.execute(long_ago).await;
        all_due(&both).await;
        both.boss.call("supervise", json!([])).await;
        assert!(jobs[0].pg_boss().resume().await.unwrap());
        assert!(jobs[1].pg_boss().delete().await.unwrap());
        assert!(jobs[2].pg_boss().delete().await.unwrap());
        all_due(&both).await;
        match by_us {
            true => ours.supervise().await.unwrap(),
            false => drop(both.boss.call("supervise", json!([])).await),
        }
        let right = "SELECT q.total_count = (SELECT count(*) FROM pgboss.job j WHERE j.name = q.name) AND q.retained_count =
                            (SELECT count(*) FROM pgboss.job j WHERE j.name = q.name AND j.state IN ('completed', 'cancelled'))
                       FROM pgboss.queue q WHERE q.name = 'up_seen'";
        assert!(both.value::<bool>(right).await, "by us: {by_us}");
    }
    both.end(ours).await;
}

#[tokio::test]
async fn waiting_jobs_are_let_go_on_demand() {
    let Some(both) = Both::new().await else {
        return;
    };
    let ours = both.submitting().await;
    both.queue("up_family", json!({})).await;
    let flow = json!([[{ "name": "up_family", "ref": "parent" },
                       { "name": "up_family", "ref": "child", "dependsOn": ["parent"] }]]);
    let ids = both.boss.call("flow", flow).await;
    let parent = both.fetch("up_family", 1).await;
    both.boss
        .call("complete", json!(["up_family", parent[0]["id"]]))
        .await;
    ours.resolve_flow().await.unwrap();
    let child = both.row(ids["child"].as_str().unwrap()).await;
    assert_eq!(child["blocked"], false);
    both.end(ours).await;
}
