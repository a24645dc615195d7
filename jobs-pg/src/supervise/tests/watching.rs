//! What a monitor pass writes down, and what becomes of a pass that is cut short.

use super::*;

fn statistics() -> Records {
    Records {
        queue_stats: true,
        queue_stat_days: 2,
        ..Records::default()
    }
}

#[tokio::test]
async fn a_maintenance_pass_takes_one_queue_at_a_time() {
    let db = Db::new().await;
    db.run(
        "INSERT INTO @job (name, state, completed_on, deletion_seconds)
         SELECT q.name, 'completed', now() - interval '1 hour', 60 FROM @queue q",
    )
    .await;
    // A lock of pg-boss's, held by a transaction of its own: the pass gets no further than its first queue.
    let deleting = db.store.begin_locked("job_commondeletion").await;
    let deleting = deleting.expect("locked");
    let short = PassDeadline::on_demand(Duration::from_secs(1));
    assert!(db.maintain(&short).await.is_err());
    let taken = "SELECT name FROM @queue WHERE maintain_on IS NOT NULL";
    assert_eq!(db.rows(taken).await, ["(dead)"]);
    drop(deleting);
    db.maintain(&unlimited()).await.expect("cleaned up");
    assert_eq!(db.rows("SELECT name FROM @job").await, ["(dead)"]);
}

#[tokio::test]
async fn queues_are_not_counted_while_another_process_counts_or_a_pause_is_in_force() {
    let db = Db::new().await;
    let counting = db.store.begin_locked("queue-stats").await.expect("locked");
    db.monitor(&Records::default(), Duration::ZERO).await;
    let counted = "SELECT count(monitor_on) FROM @queue";
    assert_eq!(db.rows(counted).await, ["(0)"]);
    drop(counting);
    db.run("UPDATE @version SET monitor_backoff_on = now() + interval '1 minute'")
        .await;
    db.monitor(&Records::default(), Duration::ZERO).await;
    assert_eq!(db.rows(counted).await, ["(0)"]);
}

#[tokio::test]
async fn heavy_counts_are_rested_from_and_a_rest_is_never_shortened() {
    let db = Db::new().await;
    let rest = async |seconds| {
        let rest = db.store.rest_from_counting(seconds).await.expect("asked");
        rest.map(|rest| rest.rest_seconds.round())
    };
    // Autovacuum comes by every minute: a tenth of that is light.
    assert_eq!(rest(5.9).await, None);
    assert_eq!(rest(6.1).await, Some(120.0));
    assert_eq!(rest(300.0).await, Some(300.0));
    assert_eq!(rest(10_000.0).await, Some(600.0));
    let rest = rest(6.1).await.expect("a rest");
    assert!((540.0..=600.0).contains(&rest), "{rest}");
}

#[tokio::test]
async fn what_passes_through_a_queue_is_counted_once() {
    let db = Db::new().await;
    db.run(
        "UPDATE @queue SET delta_on = now() - interval '1 minute' WHERE name = 'mail';
         INSERT INTO @job (name, state, created_on, start_after, started_on, completed_on)
         SELECT 'mail', s.state::@job_state, now() - ago, now() - ago, now() - ago + interval '1 second',
                CASE WHEN s.state IN ('completed', 'failed') THEN now() - ago + interval '3 seconds' END
           FROM (VALUES ('completed', interval '50 seconds'), ('failed', interval '40 seconds'),
                        ('created', interval '30 seconds'), ('completed', interval '-1 hour')) AS s (state, ago)",
    )
    .await;
    db.monitor(&statistics(), Duration::ZERO).await;
    // Some time goes by in between, so the seconds are as good as these only for a while.
    let passed = "SELECT created_delta, completed_delta, failed_delta, delta_seconds / 50, ready_oldest_seconds / 30,
                         array_positions(wait_bins, 2), array_positions(run_bins, 2), cardinality(wait_bins)
                    FROM @queue_stats WHERE name = 'mail' ORDER BY captured_on DESC LIMIT 1";
    // A second lies in [0.905 s, 1.28 s), the 14th slot after the first; two seconds in the 16th.
    assert_eq!(db.rows(passed).await, ["(3,1,1,1,1,{15},{17},48)"]);
    db.monitor(&statistics(), Duration::ZERO).await;
    assert_eq!(db.rows(passed).await, ["(0,0,0,0,1,{},{},48)"]);
    // A queue that was not counted for hours begins afresh.
    db.run("UPDATE @queue SET delta_on = now() - interval '3 hours'")
        .await;
    db.monitor(&statistics(), Duration::ZERO).await;
    assert_eq!(db.rows(passed).await, ["(0,0,0,,1,{},{},48)"]);
}

#[tokio::test]
async fn statistics_have_a_table_a_day_and_are_dropped_by_the_day() {
    let db = Db::new().await;
    db.run(
        "DO $$ DECLARE day text; BEGIN
             FOR day IN SELECT c.oid::regclass FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
                         WHERE i.inhparent = '@queue_stats'::regclass LOOP EXECUTE 'DROP TABLE ' || day; END LOOP;
             FOR back IN 2..3 LOOP
                 EXECUTE format('CREATE TABLE @%I PARTITION OF @queue_stats FOR VALUES FROM (%L) TO (%L)',
                     'queue_stats_' || to_char((now() AT TIME ZONE 'UTC')::date - back, 'YYYYMMDD'),
                     (now() AT TIME ZONE 'UTC')::date - back || ' 00:00:00+00',
                     (now() AT TIME ZONE 'UTC')::date - back + 1 || ' 00:00:00+00');
             END LOOP;
         END $$",
    )
    .await;
    let days = "SELECT to_date(right(c.relname, 8), 'YYYYMMDD') - (now() AT TIME ZONE 'UTC')::date
                  FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
                 WHERE i.inhparent = '@queue_stats'::regclass ORDER BY 1";
    let (one, other) = tokio::join!(
        db.store.create_statistics_days(),
        db.store.create_statistics_days()
    );
    one.and(other).expect("made");
    assert_eq!(db.rows(days).await, ["(-3)", "(-2)", "(0)", "(1)"]);
    db.store.drop_old_statistics(2).await.expect("dropped");
    assert_eq!(db.rows(days).await, ["(-2)", "(0)", "(1)"]);
}

#[tokio::test]
async fn a_backlog_is_kept_as_a_warning_until_its_days_are_over() {
    let db = Db::new().await;
    db.run(
        "INSERT INTO @job (name) SELECT q.name FROM @queue q CROSS JOIN generate_series(1, 3);
         UPDATE @queue SET warning_queued = 5 WHERE name = 'dead'",
    )
    .await;
    let quiet = Records {
        warning_queue_size: 2,
        ..Records::default()
    };
    let kept = "SELECT type, data ->> 'name', data ->> 'queuedCount' FROM @warning";
    db.monitor(&quiet, Duration::ZERO).await;
    assert!(db.rows(kept).await.is_empty());
    let records = Records {
        warnings: true,
        ..quiet
    };
    db.monitor(&records, Duration::ZERO).await;
    assert_eq!(db.rows(kept).await, ["(queue_backlog,mail,3)"]);
    db.store.delete_old_warnings(1).await.expect("removed");
    assert_eq!(db.rows(kept).await.len(), 1);
    db.run("UPDATE @warning SET created_on = now() - interval '25 hours'")
        .await;
    db.store.delete_old_warnings(1).await.expect("removed");
    assert!(db.rows(kept).await.is_empty());
}

#[tokio::test]
async fn of_the_instances_that_ended_the_newest_are_kept() {
    let db = Db::new().await;
    db.run(
        "INSERT INTO @instance (id, name, host, pid, version, node_version, heartbeat_seconds, supervise, schedule, migrate,
                                persist_queue_stats, persist_warnings, started_on, heartbeat_on, stopped_on)
         SELECT gen_random_uuid(), name, 'h', n, '', '', 30, true, true, true, false, false, now() - n * interval '1 minute',
                CASE WHEN n = 7 THEN now() - interval '8 days' ELSE now() - interval '1 hour' END,
                CASE WHEN n % 2 = 0 THEN now() END
           FROM generate_series(1, 25) AS n CROSS JOIN (VALUES ('ours'), ('theirs')) AS names (name);
         UPDATE @instance SET heartbeat_on = now(), stopped_on = null WHERE pid = 25",
    )
    .await;
    let left = "SELECT name, count(*), max(pid) FROM @instance GROUP BY name ORDER BY name";
    db.store
        .prune_instances(Some("ours"))
        .await
        .expect("pruned");
    // Twenty that ended, one of them silent for a week, and the one that lives.
    assert_eq!(db.rows(left).await, ["(ours,20,25)", "(theirs,24,25)"]);
    db.store.prune_instances(None).await.expect("pruned");
    assert_eq!(db.rows(left).await, ["(ours,20,25)", "(theirs,24,25)"]);
}
