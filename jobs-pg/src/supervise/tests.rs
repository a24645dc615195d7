//! The duties against a real Postgres.

mod crashes;
mod watching;

use std::time::Duration;

use ::tests::Database;
use jobs_core::JobOptions;
use pg_boss::{Boss, BossSettings, Schema};
use sqlx::{AssertSqlSafe, Executor, Row};
use tokio::sync::Mutex;
use uuid::Uuid;

use super::cleanup::Cleanup;
use super::cron_forwarder::{Occurrence, job_of};
use super::monitor::Monitor;
use super::pass_deadline::PassDeadline;
use super::sweep::sweep;
use super::{cron_scheduler::CronScheduler, flows};
use crate::config::Records;
use crate::store::{Claims, DeclaredRow, Store};

/// A schema with one queue, `mail`, and the dead letter queue `dead`.
struct Db {
    store: Store,
    schema: Schema,
    _database: Database,
}

/// The statements on the schema `jobs`, which is installed where it is missing.
async fn store_of(pool: sqlx::PgPool) -> Store {
    let settings = BossSettings {
        schema: "jobs".into(),
        ..BossSettings::default()
    };
    let boss = Boss::new(pool, settings).expect("a good name");
    Store::new(boss.store().await.expect("installed"))
}

impl Db {
    async fn new() -> Self {
        let database = Database::new().await;
        let schema = Schema::new("jobs").expect("a good name");
        let store = store_of(database.pool().clone()).await;
        let db = Self {
            store,
            schema,
            _database: database,
        };
        db.run(
            r#"SELECT @create_queue('dead', '{"policy": "standard"}');
               SELECT @create_queue('mail', '{"policy": "standard", "deadLetter": "dead", "retryLimit": 1}')"#,
        )
        .await;
        db
    }

    /// Runs statements; `@` stands for the schema.
    async fn run(&self, text: &str) {
        let text = text.replace('@', &format!("{}.", self.schema.quoted()));
        let done = self.store.pool().execute(AssertSqlSafe(text)).await;
        done.expect("a statement of a test");
    }

    /// One monitor pass over the queues that had none for so long.
    async fn monitor(&self, records: &Records, interval: Duration) {
        let monitor = Monitor {
            store: &self.store,
            records,
            limit: &unlimited(),
            apart: Duration::from_secs(60),
            continuity: None,
        };
        monitor.pass(interval, None).await.expect("watched");
    }

    /// One maintenance pass over all queues that had none for a minute.
    async fn maintain(&self, limit: &PassDeadline) -> sqlx::Result<()> {
        let maintenance = Cleanup {
            store: &self.store,
            limit,
            turn: &Mutex::default(),
        };
        maintenance.pass(Duration::from_secs(60), None).await
    }

    /// The rows of a query, each as text.
    async fn rows(&self, text: &str) -> Vec<String> {
        let text = text.replace('@', &format!("{}.", self.schema.quoted()));
        let text = format!("SELECT r::text FROM ({text}) r");
        let rows = self.store.pool().fetch_all(AssertSqlSafe(text)).await;
        let rows = rows.expect("a query of a test");
        rows.iter().map(|row| row.get(0)).collect()
    }
}

fn unlimited() -> PassDeadline {
    PassDeadline::on_demand(Duration::from_secs(600))
}

fn due_after(seconds: f64) -> Claims<'static> {
    Claims {
        interval: seconds,
        only: None,
        at_most: 100,
    }
}

#[tokio::test]
async fn an_expired_attempt_is_failed_and_its_job_waits_for_the_next() {
    let db = Db::new().await;
    db.run(
        "INSERT INTO @job (name, state, started_on, expire_seconds, heartbeat_on, heartbeat_seconds, retry_limit)
         VALUES ('mail', 'active', now() - interval '1 hour', 60, now(), 15, 1),
                ('mail', 'active', now(), 60, now() - interval '1 minute', 15, 1),
                ('mail', 'active', now(), 60, now(), 15, 1)",
    )
    .await;
    assert!(sweep(&db.store, None, None).await.expect("swept"));
    let jobs = db
        .rows("SELECT state, output FROM @job ORDER BY state, output")
        .await;
    assert_eq!(
        jobs,
        [
            r#"(retry,"{""value"": {""message"": ""job heartbeat timeout""}}")"#,
            r#"(retry,"{""value"": {""message"": ""job timed out""}}")"#,
            "(active,)",
        ]
    );
    assert!(!sweep(&db.store, None, None).await.expect("swept"));
}

#[tokio::test]
async fn a_job_out_of_attempts_goes_to_its_dead_letter_queue() {
    let db = Db::new().await;
    db.run(
        "INSERT INTO @job (name, state, started_on, expire_seconds, retry_count, retry_limit, dead_letter, data)
         VALUES ('mail', 'active', now() - interval '1 hour', 60, 1, 1, 'dead', '7')",
    )
    .await;
    sweep(&db.store, None, None).await.expect("swept");
    let jobs = db
        .rows("SELECT name, state, data, source_name FROM @job ORDER BY name")
        .await;
    assert_eq!(jobs, ["(dead,created,7,mail)", "(mail,failed,7,)"]);
}

#[tokio::test]
async fn a_retry_that_the_policy_has_no_place_for_fails_for_good() {
    let db = Db::new().await;
    db.run(
        r#"SELECT @create_queue('one', '{"policy": "stately"}');
           INSERT INTO @job (name, policy, state, started_on, expire_seconds, retry_limit, singleton_key)
           VALUES ('one', 'stately', 'active', now() - interval '1 hour', 60, 5, 'a'),
                  ('one', 'stately', 'active', now() - interval '1 hour', 60, 5, 'b'),
                  ('one', 'stately', 'retry', null, 60, 5, 'a')"#,
    )
    .await;
    sweep(&db.store, None, None).await.expect("swept");
    let jobs = db
        .rows("SELECT singleton_key, state FROM @job ORDER BY 1, 2")
        .await;
    assert_eq!(jobs, ["(a,retry)", "(a,failed)", "(b,retry)"]);
}

#[tokio::test]
async fn a_watched_queue_has_its_counts_written() {
    let db = Db::new().await;
    db.run(
        "INSERT INTO @job (name, state, start_after, blocked, completed_on, policy, singleton_key)
         VALUES ('mail', 'created', now(), false, null, null, null),
                ('mail', 'retry', now() + interval '1 hour', false, null, null, null),
                ('mail', 'created', now(), true, null, null, null),
                ('mail', 'active', now(), false, null, 'singleton', 'k'),
                ('mail', 'failed', now(), false, now(), null, null),
                ('mail', 'completed', now(), false, now() - interval '1 minute', null, null);
         UPDATE @queue SET retained_count = 5, retained_on = now() - interval '1 hour' WHERE name = 'mail'",
    )
    .await;
    let minute = Duration::from_secs(60);
    db.monitor(&Records::default(), minute).await;
    let counts = db
        .rows(
            "SELECT queued_count, deferred_count, blocked_count, ready_count, active_count, failed_count,
                    retained_count, total_count, ready_history, singletons_active, monitor_on IS NOT NULL
               FROM @queue WHERE name = 'mail'",
        )
        .await;
    assert_eq!(counts, ["(3,1,1,1,1,1,6,11,{1},{k},t)"]);
    let due = db.store.claim_monitoring(due_after(60.0), "").await;
    assert!(due.expect("asked").is_empty());
}

#[tokio::test]
async fn jobs_kept_long_enough_are_removed_and_the_rest_is_counted() {
    let db = Db::new().await;
    db.run(
        "INSERT INTO @job (name, priority, state, completed_on, deletion_seconds, keep_until)
         VALUES ('mail', 1, 'completed', now() - interval '2 hours', 3600, now()),
                ('mail', 2, 'completed', now() - interval '2 hours', 0, now()),
                ('mail', 3, 'failed', now() - interval '2 hours', 7200000, now()),
                ('mail', 4, 'created', null, 3600, now() - interval '1 second'),
                ('mail', 5, 'created', null, 3600, now() + interval '1 hour'),
                ('mail', 6, 'active', null, 3600, now() - interval '1 hour');
         INSERT INTO @job_dependency VALUES ('mail', gen_random_uuid(), 'mail', gen_random_uuid())",
    )
    .await;
    db.maintain(&unlimited()).await.expect("tidied");
    let left = db.rows("SELECT priority FROM @job ORDER BY 1").await;
    assert_eq!(left, ["(2)", "(3)", "(5)", "(6)"]);
    let counts = db
        .rows("SELECT total_count, retained_count FROM @queue WHERE name = 'mail'")
        .await;
    assert_eq!(counts, ["(4,1)"]);
    assert!(db.rows("SELECT 1 FROM @job_dependency").await.is_empty());
}

#[tokio::test]
async fn a_job_is_let_go_when_its_last_parent_is_done() {
    let db = Db::new().await;
    db.run(
        "INSERT INTO @job (id, name, state, blocking, blocked, pending_dependencies, start_after)
         SELECT ('00000000-0000-0000-0000-00000000000' || n)::uuid, 'mail',
                CASE n WHEN 1 THEN 'completed' ELSE 'created' END::@job_state, n < 3, n > 2, CASE WHEN n > 2 THEN n - 2 ELSE 0 END,
                now() - interval '1 hour'
           FROM generate_series(1, 4) AS n;
         INSERT INTO @job_dependency (child_name, child_id, parent_name, parent_id)
         SELECT 'mail', ('00000000-0000-0000-0000-00000000000' || c)::uuid, 'mail', ('00000000-0000-0000-0000-00000000000' || p)::uuid
           FROM (VALUES (3, 1), (4, 1), (4, 2)) AS edge(c, p)",
    )
    .await;
    assert!(
        flows::resolve(&db.store, Duration::ZERO)
            .await
            .expect("resolved")
    );
    let query = "SELECT right(id::text, 1), blocked, blocking, pending_dependencies, start_after > now() - interval '1 minute'
                   FROM @job ORDER BY id";
    assert_eq!(
        db.rows(query).await,
        ["(1,f,f,0,f)", "(2,f,t,0,f)", "(3,f,f,0,t)", "(4,t,f,1,f)"]
    );
    db.run("UPDATE @job SET state = 'completed' WHERE right(id::text, 1) = '2'")
        .await;
    assert!(
        flows::resolve(&db.store, Duration::ZERO)
            .await
            .expect("resolved")
    );
    assert_eq!(db.rows(query).await[3], "(4,f,f,0,t)");
    assert!(
        !flows::resolve(&db.store, Duration::from_secs(60))
            .await
            .expect("asked")
    );
}

#[tokio::test]
async fn an_occurrence_is_filed_once_whoever_looks() {
    let db = Db::new().await;
    db.run(
        r#"SELECT @create_queue('rep_q1', '{"policy": "standard"}');
           SELECT @create_queue('__pgboss__send-it', '{"policy": "standard"}');
           INSERT INTO @schedule (name, key, cron, data) VALUES ('rep_q1', 'k_1', '* * * * *', '{"n": 12345678901234567890.5}'),
               ('rep_q1', '', 'nonsense', null), ('rep_q1', 'rule', 'FREQ=YEARLY', null)"#,
    )
    .await;
    let mut cron_scheduler = CronScheduler::default();
    let every = Duration::from_secs(600);
    let first = cron_scheduler.pass(&db.store, every).await.expect("passed");
    assert_eq!((first.filed, first.again_in), (1, every));
    let kinds = db
        .rows("SELECT key, kind FROM @schedule ORDER BY key")
        .await;
    assert_eq!(kinds, [r#"("",cron)"#, "(k_1,cron)", "(rule,rrule)"]);
    let refused = cron_scheduler.pass(&db.store, every).await.expect("asked");
    assert!(refused.filed == 0 && refused.again_in > Duration::from_secs(300));
    // The same minute or the next one: one job a minute at most.
    cron_scheduler
        .pass(&db.store, Duration::ZERO)
        .await
        .expect("passed");
    let filed = db
        .rows(
            r"SELECT singleton_key, data ->> 'name', data ->> 'key', data #>> '{data,n}',
                     data ->> 'slot' = to_char(singleton_on, 'YYYY-MM-DD HH24:MI:SS'), count(*) OVER (PARTITION BY singleton_on)
                FROM @job LIMIT 1",
        )
        .await;
    assert_eq!(
        filed,
        [r#"("rep\\_q1__k_1",rep_q1,k_1,12345678901234567890.5,t,1)"#]
    );
}

#[tokio::test]
async fn a_tick_whose_process_dies_before_it_is_filed_is_filed_by_the_next_one() {
    let db = Db::new().await;
    db.run(
        r#"SELECT @create_queue('__pgboss__send-it', '{"policy": "standard"}');
           INSERT INTO @schedule (name, cron, options, created_on)
           VALUES ('mail', '* * * * *', '{"missed": "all"}', now() - interval '1 day');
           UPDATE @version SET cron_on = now() - interval '5 minutes'"#,
    )
    .await;
    let ticks = "SELECT count(*) FROM @job WHERE name = '__pgboss__send-it'";
    // No job can be inserted, so the pass stops after it has claimed the ticks, and before it has filed them.
    let mut lock = db.store.begin_locked("test").await.expect("begun");
    let table = format!("LOCK TABLE {}.job IN SHARE MODE", db.schema.quoted());
    lock.execute(AssertSqlSafe(table)).await.expect("locked");
    let mut dying = CronScheduler::default();
    let pass = dying.pass(&db.store, Duration::from_secs(30));
    let waiting = "SELECT count(*) FROM pg_stat_activity
                    WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE '%enqueue_ticks%'";
    let is_stuck = ::tests::eventually("the pass is stuck", async || {
        db.rows(waiting).await == ["(1)"]
    });
    tokio::select! {
        passed = pass => panic!("filed under a lock: {:?}", passed.map(|pass| pass.filed)),
        () = is_stuck => {}
    }
    // The process is dead, with the connection.
    db.run(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
          WHERE datname = current_database() AND wait_event_type = 'Lock'",
    )
    .await;
    drop(lock);
    assert_eq!(db.rows(ticks).await, ["(0)"]);
    let mut next = CronScheduler::default();
    let pass = next.pass(&db.store, Duration::from_secs(30)).await;
    let filed = pass.expect("passed").filed;
    assert!((5..=6).contains(&filed), "{filed} ticks");
}

#[tokio::test]
async fn an_occurrence_is_sent_on_once_however_often_it_is_tried() {
    let db = Db::new().await;
    db.run("INSERT INTO @schedule (name, cron) VALUES ('mail', '* * * * *')")
        .await;
    let text = r#"{"name": "mail", "key": "", "data": {"n": 1.10}, "options": {"priority": 3, "tz": "UTC"}, "slot": "x"}"#;
    let mut reader = serde_json::Deserializer::from_str(text);
    let occurrence: Occurrence =
        serde_path_to_error::deserialize(&mut reader).expect("an occurrence");
    let filing = Uuid::new_v4();
    for is_new in [true, false] {
        let options = JobOptions::new().priority(3);
        let job = job_of(&occurrence, options, filing);
        let mut connection = db.store.pool().acquire().await.expect("a connection");
        let sent = db.store.insert_of_schedule(&mut connection, &job, "").await;
        let sent = sent.expect("sent on");
        assert_eq!(sent, is_new);
    }
    let jobs = db
        .rows("SELECT j.id, j.priority, j.data::text FROM @job j JOIN @schedule s ON s.last_job_id = j.id")
        .await;
    assert_eq!(jobs, [format!(r#"({filing},3,"{{""n"": 1.10}}")"#)]);
}

#[tokio::test]
async fn declared_schedules_come_and_go_and_those_of_others_stay() {
    let db = Db::new().await;
    db.run(
        r#"INSERT INTO @schedule (name, key, cron, options) VALUES
               ('mail', 'node', '* * * * *', '{"tz": "UTC"}'), ('mail', 'other', '* * * * *', '{"application": "b"}')"#,
    )
    .await;
    let row = |key, cron| DeclaredRow {
        name: "mail",
        key,
        cron,
        timezone: "UTC",
        data: "null".into(),
        options: r#"{"application": "a"}"#.into(),
    };
    fn keys(rows: &[DeclaredRow]) -> Vec<(&str, &str)> {
        rows.iter().map(|row| (row.name, row.key)).collect()
    }
    let declared = [row("one", "0 * * * *"), row("two", "0 * * * *")];
    db.store
        .declare_schedules("a", &declared, &keys(&declared), &[])
        .await
        .expect("declared");
    let before = db
        .rows("SELECT key, xmin FROM @schedule ORDER BY key")
        .await;
    db.store
        .declare_schedules("a", &declared, &keys(&declared), &[])
        .await
        .expect("declared");
    assert_eq!(
        db.rows("SELECT key, xmin FROM @schedule ORDER BY key")
            .await,
        before
    );
    let fewer = [row("two", "5 * * * *")];
    db.store
        .declare_schedules("a", &fewer, &keys(&fewer), &[])
        .await
        .expect("declared");
    let left = db
        .rows("SELECT key, cron FROM @schedule ORDER BY key")
        .await;
    assert_eq!(
        left,
        [
            r#"(node,"* * * * *")"#,
            r#"(other,"* * * * *")"#,
            r#"(two,"5 * * * *")"#
        ]
    );
}
