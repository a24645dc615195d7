//! What is counted of queues, now and over time.

use jobs_pg::ErrorKind;
use jobs_pg::operation::{Aggregate, QueueStats, QueueStatsQuery};
use jobs_pg::prelude::*;
use serde_json::{Value, json};

use super::maintenance::all_due;
use super::{Both, quiet, start};

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
                .aggregate(Aggregate::Min),
            json!({ "bucketSeconds": 20, "from": from, "aggregate": "min" }),
        ),
        (
            query().max_data_points(7).to(to).aggregate(Aggregate::Avg),
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

fn as_node_gives_it(stats: &QueueStats) -> Value {
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

/// Four spans of five minutes of which nothing was counted, and jobs that came and ended in them after all.
const LATE: &str = "
DO $$ BEGIN
    EXECUTE format('CREATE TABLE IF NOT EXISTS pgboss.%I PARTITION OF pgboss.queue_stats FOR VALUES FROM (%L) TO (%L)',
        'queue_stats_' || to_char((now() AT TIME ZONE 'UTC')::date - 1, 'YYYYMMDD'),
        (now() AT TIME ZONE 'UTC')::date - 1 || ' 00:00:00+00', (now() AT TIME ZONE 'UTC')::date || ' 00:00:00+00');
END $$;
INSERT INTO pgboss.queue_stats (name, created_delta, completed_delta, failed_delta, delta_seconds, delta_on, captured_on)
SELECT q.name, n / 4, 0, 0, 300, now() - (30 - 5 * n) * interval '1 min', now() - (30 - 5 * n) * interval '1 min' + interval '10 s'
  FROM pgboss.queue q CROSS JOIN generate_series(1, 4) AS n WHERE q.name LIKE 'up_late_%';
UPDATE pgboss.queue SET delta_on = now() - interval '10 min' WHERE name LIKE 'up_late_%';
INSERT INTO pgboss.job (name, state, created_on, completed_on)
SELECT q.name, j.state::pgboss.job_state, now() - j.created * interval '1 min', now() - j.ended * interval '1 min'
  FROM pgboss.queue q
 CROSS JOIN (VALUES ('completed', 40.0, 23.0), ('failed', 17.0, 16.0), ('completed', 18.0, 3.0), ('created', 14.0, NULL),
                    ('cancelled', 13.0, 12.0)) AS j (state, created, ended)
 WHERE q.name LIKE 'up_late_%'";

#[tokio::test]
async fn jobs_that_were_written_late_are_added_to_the_counts_of_their_time_by_both() {
    let Some(both) = Both::with(json!({ "persistQueueStats": true })).await else {
        return;
    };
    let ours = start(quiet(&both.database).work(false).persist_queue_stats(true)).await;
    for queue in ["up_late_ours", "up_late_node"] {
        both.queue(queue, json!({})).await;
    }
    both.execute(LATE).await;
    ours.supervise_queue("up_late_ours").await.unwrap();
    both.boss.call("supervise", json!(["up_late_node"])).await;
    for queue in ["up_late_ours", "up_late_node"] {
        let spans: Value = both
            .value(&format!(
                "SELECT jsonb_agg(jsonb_build_array(created_delta, completed_delta, failed_delta) ORDER BY captured_on)
                   FROM pgboss.queue_stats WHERE name = '{queue}'"
            ))
            .await;
        assert_eq!(
            spans,
            json!([[0, 0, 0], [0, 1, 0], [2, 0, 1], [2, 0, 0], [0, 1, 0]]),
            "{queue}"
        );
    }
    both.end(ours).await;
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
