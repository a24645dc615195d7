//! Upkeep: whoever takes a pass does all of it, and the other side finds it done.

use jobs_pg::prelude::*;
use jobs_pg::{ErrorKind, Instance, QueueStatsQuery};
use serde_json::{Value, json};
use tests::{eventually, wait_for};

use super::{Both, quiet, start};

/// The counts of a queue as the monitor writes them.
const COUNTS: &str = "jsonb_build_array(deferred_count, blocked_count, queued_count, ready_count, active_count, failed_count,
                                        total_count, singletons_active)";

#[job(executor = PgBoss)]
async fn up_seen(_input: Value) {}

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
async fn all_due(both: &Both) {
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

async fn instances(boss: &PgBoss) -> Vec<Instance> {
    boss.instances().await.unwrap()
}

#[tokio::test]
async fn case_56_ours_is_among_the_instances_while_it_lives_if_it_is_to_be() {
    let Some(both) = Both::with(json!({ "instanceName": "shared" })).await else {
        return;
    };
    let unnamed = quiet(&both.database)
        .register_instance(false)
        .only::<UpSeen>();
    let unseen = start(unnamed).await;
    let listed = async || both.boss.call("getInstances", json!([])).await;
    assert_eq!(listed().await.as_array().unwrap().len(), 1);

    let ours = start(
        quiet(&both.database)
            .application_name("mine")
            .only::<UpSeen>(),
    )
    .await;
    let entered = wait_for("ours has entered", async || {
        let all = listed().await;
        all.as_array()?
            .iter()
            .find(|one| one["name"] == "mine (rust)")
            .cloned()
    })
    .await;
    assert_eq!(entered["live"], true);
    assert_eq!(entered["applicationName"], "mine");
    assert_eq!(entered["workers"][0]["queue"], "up_seen");
    assert_eq!(entered["pid"], std::process::id());
    let seen = instances(&unseen).await;
    let ids: Vec<_> = seen.iter().map(|one| one.id.to_string()).collect();
    let theirs = listed().await;
    let theirs: Vec<_> = theirs
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["id"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(ids, theirs);
    assert_eq!(seen[0].name.as_deref(), Some("shared"));
    assert!(seen.iter().all(|one| one.live));

    ours.stop().await.unwrap();
    let stopped = listed().await;
    let stopped = &stopped[1];
    assert_eq!(
        (&stopped["live"], stopped["stoppedOn"].is_string()),
        (&json!(false), true)
    );
    // A process of ours that died is no crash of Node's.
    both.execute(
        "UPDATE pgboss.instance SET stopped_on = NULL, heartbeat_on = now() - interval '1 hour', host = (SELECT host FROM
         pgboss.instance WHERE name = 'shared') WHERE name = 'mine (rust)'",
    )
    .await;
    let options = json!({ "supervise": false, "schedule": false, "instanceName": "shared" });
    let another = both.node.boss(&both.database, &options).await;
    another.call("start", json!([])).await;
    assert!(
        instances(&unseen)
            .await
            .iter()
            .all(|one| one.crash_restarts == 0)
    );
    another.stop().await;
    both.end(unseen).await;
}

/// What passed through, as the last pass over a queue kept it.
const PASSED: &str = "SELECT jsonb_build_array(created_delta, completed_delta, failed_delta, delta_seconds, wait_bins, run_bins,
                                               ready_oldest_seconds, queued_count, ready_count, failed_count)
                        FROM pgboss.queue_stats WHERE name = 'up_flowing' ORDER BY captured_on DESC LIMIT 1";

#[tokio::test]
async fn case_57_statistics_of_both_are_the_same_and_their_days_are_there() {
    let Some(both) = Both::with(json!({ "persistQueueStats": true })).await else {
        return;
    };
    let ours = start(quiet(&both.database).work(false).persist_queue_stats(true)).await;
    both.queue("up_flowing", json!({})).await;
    both.execute(
        "INSERT INTO pgboss.job (name, state, created_on, start_after, started_on, completed_on)
         SELECT 'up_flowing', CASE WHEN n % 5 = 0 THEN 'failed' WHEN n % 7 = 0 THEN 'created' ELSE 'completed' END::pgboss.job_state,
                created, created, created + n * n * interval '37 ms', created + n * n * interval '60 ms' + interval '3 ms'
           FROM generate_series(1, 40) AS n CROSS JOIN LATERAL (SELECT now() - (300 - n) * interval '1 s' AS created) AS c;
         UPDATE pgboss.job SET started_on = NULL, completed_on = NULL WHERE state = 'created'",
    )
    .await;
    let mut passes = Vec::new();
    for by_us in [true, false, true] {
        both.execute("UPDATE pgboss.queue SET delta_on = (SELECT min(created_on) - interval '1 s' FROM pgboss.job)")
            .await;
        drop_days(&both).await;
        all_due(&both).await;
        match by_us {
            true => ours.supervise().await.unwrap(),
            false => drop(both.boss.call("supervise", json!([])).await),
        }
        let mut passed: Value = both.value(PASSED).await;
        // These two are ages, and some time goes by between the passes.
        for age in [3, 6] {
            assert!(passed[age].take().as_i64().unwrap() > 200);
        }
        passes.push(passed);
    }
    assert_eq!(passes[0], passes[1]);
    assert_eq!(passes[0], passes[2]);
    assert_eq!(passes[0][0], 40);
    // Tomorrow's table is there too.
    both.execute("INSERT INTO pgboss.queue_stats (name, captured_on) VALUES ('up_seen', now() + interval '1 day')")
        .await;
    history_is_read_alike(&both, &ours).await;
    both.end(ours).await;
}

async fn drop_days(both: &Both) {
    both.execute(
        "DO $$ DECLARE day text; BEGIN
             FOR day IN SELECT c.oid::regclass FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
                         WHERE i.inhparent = 'pgboss.queue_stats'::regclass LOOP EXECUTE 'DROP TABLE ' || day; END LOOP;
         END $$",
    )
    .await;
}

/// Spreads statistics over a while, and asks both sides for them in every way.
async fn history_is_read_alike(both: &Both, ours: &PgBoss) {
    both.execute(
        "DELETE FROM pgboss.queue_stats;
         INSERT INTO pgboss.queue_stats (name, deferred_count, queued_count, ready_count, active_count, failed_count, total_count,
                created_delta, completed_delta, failed_delta, delta_seconds, delta_on, wait_bins, run_bins,
                ready_oldest_seconds, captured_on)
         SELECT 'up_flowing', n, n * 3 % 11, n * 5 % 7, n % 4, n % 3, n * 2, n, n % 6, n % 2, 55, at - interval '10 s',
                array_fill(NULL::int, ARRAY[n % 48]) || n || array_fill(NULL::int, ARRAY[47 - n % 48]),
                CASE WHEN n % 10 > 0 THEN array_fill(n, ARRAY[48]) END, n % 13, at
           FROM generate_series(1, 90) AS n
          CROSS JOIN LATERAL (SELECT date_trunc('day', now()) + (n * 61 + n * n % 17) * interval '1 s' AS at) AS t
          WHERE n % 9 < 7;
         UPDATE pgboss.queue_stats SET created_delta = NULL, delta_on = NULL, delta_seconds = NULL WHERE deferred_count % 20 = 0",
    )
    .await;
    let day: chrono::DateTime<chrono::Utc> = both.value("SELECT date_trunc('day', now())").await;
    let (from, to) = (
        day + chrono::TimeDelta::seconds(1000),
        day + chrono::TimeDelta::seconds(4000),
    );
    let query = || QueueStatsQuery::new().percentiles([50.0, 95.0]);
    for (query, options) in [
        (query(), json!({})),
        (
            query().from(from).to(to).limit(5),
            json!({ "from": from, "to": to, "limit": 5 }),
        ),
        (query().bucket_seconds(300), json!({ "bucketSeconds": 300 })),
        (
            query()
                .bucket_seconds(20)
                .from(from)
                .aggregate(jobs_pg::Aggregate::Min),
            json!({ "bucketSeconds": 20, "from": from, "aggregate": "min" }),
        ),
        (
            query()
                .max_data_points(7)
                .to(to)
                .aggregate(jobs_pg::Aggregate::Avg),
            json!({ "maxDataPoints": 7, "to": to, "aggregate": "avg" }),
        ),
    ] {
        let mut asked = options.clone();
        asked["percentiles"] = json!([50, 95]);
        let theirs = both
            .boss
            .call("getQueueStats", json!(["up_flowing", asked]))
            .await;
        let by_us = ours.queue_stats("up_flowing", query).await.unwrap();
        let by_us: Vec<_> = by_us.iter().map(as_node_gives_it).collect();
        assert_eq!(by_us.len(), theirs.as_array().unwrap().len(), "{options}");
        for (one, other) in by_us.into_iter().zip(theirs.as_array().unwrap()) {
            assert_eq!(rounded(one), rounded(other.clone()), "{options}");
        }
    }
}

/// Without the last digits of the percentiles, in which two languages may differ.
fn rounded(mut stats: Value) -> Value {
    let percentiles = stats["percentiles"].as_array_mut().into_iter().flatten();
    for percentile in percentiles {
        for time in ["waitSeconds", "runSeconds"] {
            percentile[time] = percentile[time]
                .as_f64()
                .map(|seconds| (seconds * 1e6).round())
                .into();
        }
    }
    stats
}

fn as_node_gives_it(stats: &jobs_pg::QueueStats) -> Value {
    let date = |date: chrono::DateTime<chrono::Utc>| {
        date.to_rfc3339_opts(chrono::SecondsFormat::Millis, true)
    };
    let percentiles = stats.percentiles.iter().map(|percentile| {
        json!({ "p": percentile.p as i64, "waitSeconds": percentile.wait_seconds, "runSeconds": percentile.run_seconds })
    });
    json!({
        "name": stats.name,
        "deferredCount": stats.deferred_count,
        "queuedCount": stats.queued_count,
        "readyCount": stats.ready_count,
        "activeCount": stats.active_count,
        "failedCount": stats.failed_count,
        "totalCount": stats.total_count,
        "createdDelta": stats.created_delta,
        "completedDelta": stats.completed_delta,
        "failedDelta": stats.failed_delta,
        "deltaSeconds": stats.delta_seconds,
        "deltaOn": stats.delta_on.map(date),
        "waitBins": stats.wait_bins,
        "runBins": stats.run_bins,
        "readyOldestSeconds": stats.ready_oldest_seconds,
        "percentiles": percentiles.collect::<Value>(),
        "capturedOn": date(stats.captured_on),
    })
}

#[tokio::test]
async fn the_last_counts_are_shown_while_they_are_fresh() {
    let Some(both) = Both::new().await else {
        return;
    };
    let ours = both.submitting().await;
    both.queue("up_glanced", json!({})).await;
    both.send("up_glanced", json!(1), json!({})).await;
    let glance = async |query| {
        let stats = ours.queue_stats("up_glanced", query).await.unwrap();
        (stats.len(), stats[0].queued_count, stats[0].created_delta)
    };
    let query = QueueStatsQuery::new;
    // Never counted: counted at once.
    assert_eq!(glance(query()).await, (1, 1, None));
    both.send("up_glanced", json!(2), json!({})).await;
    assert_eq!(glance(query().force()).await, (1, 1, None));
    let age = async |age: &str| {
        let age = format!("UPDATE pgboss.queue SET monitor_on = now() - interval '{age}'");
        both.execute(&age).await;
    };
    age("2 minutes").await;
    assert_eq!(glance(query()).await, (1, 1, None));
    assert_eq!(glance(query().force()).await, (1, 2, None));
    both.send("up_glanced", json!(3), json!({})).await;
    age("2 hours").await;
    both.execute("UPDATE pgboss.version SET monitor_backoff_on = now() + interval '1 minute'")
        .await;
    assert_eq!(glance(query().force()).await, (1, 2, None));
    both.execute("UPDATE pgboss.version SET monitor_backoff_on = NULL")
        .await;
    assert_eq!(glance(query()).await, (1, 3, None));
    let history: Vec<i32> = both
        .value("SELECT ready_history FROM pgboss.queue WHERE name = 'up_glanced'")
        .await;
    assert!(history.is_empty(), "a glance is no sample: {history:?}");
    let unknown = ours.queue_stats("up_nowhere", query()).await.unwrap_err();
    assert_eq!(unknown.kind(), ErrorKind::NotFound);
    both.end(ours).await;
}

#[tokio::test]
async fn a_backlog_is_listed_among_the_warnings_of_both() {
    let Some(both) = Both::with(json!({ "persistWarnings": true })).await else {
        return;
    };
    let ours = start(quiet(&both.database).work(false).persist_warnings(true)).await;
    both.queue("up_crowded", json!({ "warningQueueSize": 1 }))
        .await;
    for number in 0..2 {
        both.send("up_crowded", json!(number), json!({})).await;
    }
    both.boss.call("supervise", json!([])).await;
    ours.supervise().await.unwrap();
    let warnings = ours.warnings_of("queue_backlog", 10).await.unwrap();
    assert_eq!(warnings.len(), 2, "{warnings:?}");
    let data = |at: usize| {
        let mut data = warnings[at].data.clone().unwrap();
        assert!(data["pinSeconds"].take().is_number());
        data
    };
    assert_eq!(data(0), data(1));
    assert_eq!(data(0)["queuedCount"], 2);
    assert_eq!(ours.warnings(1).await.unwrap()[0], warnings[0]);
    assert!(ours.warnings_of("nothing", 1).await.unwrap().is_empty());
    assert_eq!(
        ours.warnings(0).await.unwrap_err().kind(),
        ErrorKind::BadInput
    );
    both.end(ours).await;
}

#[tokio::test]
async fn index_builds_that_were_left_are_shown_and_left_alone() {
    let Some(both) = Both::new().await else {
        return;
    };
    let ours = both.submitting().await;
    both.execute(
        "INSERT INTO pgboss.bam (name, version, status, table_name, command, created_on)
         VALUES ('later', 47, 'pending', 'job_common', 'SELECT 2', now() + interval '1 s'),
                ('first', 47, 'completed', 'job_common', 'SELECT 1', now())",
    )
    .await;
    ours.supervise().await.unwrap();
    let shown: Vec<_> = ours.bam_entries().await.unwrap();
    let theirs = both.boss.call("getBamEntries", json!([])).await;
    for (at, entry) in shown.iter().enumerate() {
        assert_eq!(entry.id.to_string(), theirs[at]["id"]);
        assert_eq!(
            (&*entry.name, &*entry.status),
            [("first", "completed"), ("later", "pending")][at]
        );
    }
    let statuses = ours.bam_status().await.unwrap();
    let statuses: Vec<_> = statuses
        .iter()
        .map(|one| (&*one.status, one.count))
        .collect();
    assert_eq!(statuses, [("completed", 1), ("pending", 1)]);
    both.execute("DELETE FROM pgboss.bam").await;
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
