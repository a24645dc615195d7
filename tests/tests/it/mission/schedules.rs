//! W8, W16: schedules are declared and nothing else; rows that are no longer declared go by themselves.

use std::path::Path;
use std::process::Stdio;

use jobs_pg::{PgBoss, prelude::*};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tests::{Database, Log, eventually};

/// Far from due, whenever the tests run: its jobs are not what these tests are about.
#[job(executor = PgBoss, options(retry_limit = 4, priority = 2), schedule = "0 0 29 2 *")]
async fn schedule_plain() {}

#[derive(Debug, Default, PartialEq, Serialize, Deserialize)]
struct Report {
    title: String,
}

#[job(
    executor = PgBoss,
    options(retry_limit = 4, priority = 2),
    schedule(
        cron = "30 6 29 2 *",
        tz = "Europe/Berlin",
        input = Report { title: "morning".into() },
        options(priority = 9, expire_in = "1m"),
        key = "morning",
    ),
    schedule(cron = "30 18 29 2 *", key = "evening"),
)]
async fn schedule_report(report: Report, ctx: Context<ScheduleReport>) -> (Report, i32) {
    (report, ctx.job.priority)
}

#[job(executor = PgBoss)]
async fn schedule_other(input: Value) -> Value {
    input
}

#[job(executor = PgBoss)]
async fn schedule_marker() {}

const APPLICATION: &str = "mission-schedules";

async fn started(database: &Database) -> PgBoss {
    let boss = PgBoss::builder()
        .url(database.url())
        .max_connections(4)
        .application_name(APPLICATION);
    let boss = boss
        .only::<(SchedulePlain, ScheduleReport, ScheduleOther, ScheduleMarker)>()
        .connect()
        .await
        .unwrap();
    boss.start().await.unwrap();
    boss
}

/// The schedule rows of the jobs of this file.
async fn rows(database: &Database) -> Vec<(String, String, String, String, Value, Value)> {
    let rows =
        "SELECT name, key, cron, timezone, coalesce(data, 'null'), options FROM pgboss.schedule
                 WHERE name LIKE 'schedule\\_%' ORDER BY name, key";
    sqlx::query_as(rows)
        .fetch_all(database.pool())
        .await
        .unwrap()
}

#[tokio::test]
async fn w8_declared_schedules_stand_as_rows_once_the_executor_has_started() {
    let database = Database::new().await;
    let boss = started(&database).await;
    let rows = rows(&database).await;
    let heads: Vec<_> = rows
        .iter()
        .map(|(name, key, cron, zone, data, _)| json!([name, key, cron, zone, data]))
        .collect();
    assert_eq!(
        heads,
        [
            json!(["schedule_plain", "", "0 0 29 2 *", "UTC", null]),
            json!(["schedule_report", "evening", "30 18 29 2 *", "UTC", { "title": "" }]),
            json!(["schedule_report", "morning", "30 6 29 2 *", "Europe/Berlin", { "title": "morning" }]),
        ]
    );
    let option = |row: usize, name: &str| rows[row].5[name].clone();
    assert_eq!(
        (option(0, "retryLimit"), option(0, "priority")),
        (json!(4), json!(2))
    );
    // What the schedule says wins over what the job says.
    assert_eq!(
        (
            option(2, "retryLimit"),
            option(2, "priority"),
            option(2, "expireInSeconds")
        ),
        (json!(4), json!(9), json!(60))
    );
    boss.stop().await.unwrap();
}

#[tokio::test]
async fn w16_a_row_that_differs_from_its_declaration_is_corrected_at_start() {
    let database = Database::new().await;
    let boss = started(&database).await;
    let declared = rows(&database).await;
    boss.stop().await.unwrap();
    let change = "UPDATE pgboss.schedule SET cron = '1 1 1 1 *', timezone = 'Asia/Tokyo', data = '{\"title\": \"old\"}'
                   WHERE name = 'schedule_report'; DELETE FROM pgboss.schedule WHERE name = 'schedule_plain'";
    sqlx::raw_sql(change)
        .execute(database.pool())
        .await
        .unwrap();
    assert_ne!(rows(&database).await, declared);
    boss.start().await.unwrap();
    assert_eq!(rows(&database).await, declared);
    boss.stop().await.unwrap();
}

#[tokio::test]
async fn w16_what_is_no_longer_declared_goes_at_start_and_what_others_declared_stays() {
    let database = Database::new().await;
    let boss = started(&database).await;
    boss.stop().await.unwrap();
    let insert = "INSERT INTO pgboss.schedule (name, key, cron, timezone, options) VALUES ('schedule_other', $1, '0 0 29 2 *', 'UTC', $2)";
    let others = [
        ("stale", json!({ "application": APPLICATION, "tz": "UTC" })),
        (
            "of another application",
            json!({ "application": "another", "tz": "UTC" }),
        ),
        ("of a Node program", json!({ "tz": "UTC" })),
    ];
    for (key, options) in others {
        sqlx::query(insert)
            .bind(key)
            .bind(options)
            .execute(database.pool())
            .await
            .unwrap();
    }
    boss.start().await.unwrap();
    let rows = rows(&database).await;
    let left: Vec<_> = rows
        .iter()
        .filter(|row| row.0 == "schedule_other")
        .map(|row| row.1.as_str())
        .collect();
    assert_eq!(left, ["of a Node program", "of another application"]);
    assert_eq!(rows.len(), 5);
    boss.stop().await.unwrap();
}

/// Puts a schedule whose only occurrence of the year is this minute. Should a pass find the minute over, it makes up for it.
async fn put_due_now(database: &Database, name: &str, data: &Value) {
    let insert = "INSERT INTO pgboss.schedule (name, cron, timezone, data, options, created_on)
        SELECT $1, to_char(now() AT TIME ZONE 'UTC', 'FMMI FMHH24 FMDD FMMM') || ' *', 'UTC', $2,
               '{\"priority\": 6, \"missed\": \"once\"}', now() - interval '1 hour'";
    sqlx::query(insert)
        .bind(name)
        .bind(data)
        .execute(database.pool())
        .await
        .unwrap();
}

/// Lets the next pass over the schedules be due, and see to the last five minutes.
async fn free_pass(database: &Database) {
    let free = "UPDATE pgboss.version SET cron_on = now() - interval '5 minutes'";
    sqlx::raw_sql(free).execute(database.pool()).await.unwrap();
}

async fn completed(database: &Database, name: &str) -> Vec<(Value, i32)> {
    let jobs = "SELECT coalesce(data, 'null'), priority FROM pgboss.job WHERE name = $1 AND state = 'completed'";
    sqlx::query_as(jobs)
        .bind(name)
        .fetch_all(database.pool())
        .await
        .unwrap()
}

#[tokio::test]
async fn w8_a_due_schedule_gives_exactly_one_job_whoever_looks_at_it() {
    let database = Database::new().await;
    let boss = started(&database).await;
    boss.stop().await.unwrap();
    // The pass of the first start is over; the next one is free for whoever comes first.
    free_pass(&database).await;
    put_due_now(&database, "schedule_other", &json!({ "n": 1 })).await;
    let bosses = tokio::join!(started(&database), started(&database), started(&database));
    eventually("the job ran", async || {
        !completed(&database, "schedule_other").await.is_empty()
    })
    .await;
    for boss in [&bosses.0, &bosses.1, &bosses.2] {
        boss.stop().await.unwrap();
    }

    // A second pass over the same minute; once it has fired the marker, it has been through the other one too.
    free_pass(&database).await;
    put_due_now(&database, "schedule_marker", &Value::Null).await;
    boss.start().await.unwrap();
    eventually("the marker ran", async || {
        !completed(&database, "schedule_marker").await.is_empty()
    })
    .await;
    assert_eq!(
        completed(&database, "schedule_other").await,
        [(json!({ "n": 1 }), 6)]
    );
    let all = "SELECT count(*) FROM pgboss.job WHERE name = 'schedule_other'";
    assert_eq!(
        sqlx::query_scalar::<_, i64>(all)
            .fetch_one(database.pool())
            .await
            .unwrap(),
        1
    );
    boss.stop().await.unwrap();
}

#[tokio::test]
async fn x7_a_process_that_runs_no_jobs_forwards_the_ticks_that_it_enqueues() {
    let database = Database::new().await;
    let boss = started(&database).await;
    boss.stop().await.unwrap();
    free_pass(&database).await;
    put_due_now(&database, "schedule_other", &json!({ "n": 1 })).await;
    let idle = PgBoss::builder()
        .url(database.url())
        .application_name(APPLICATION)
        .work(false);
    let idle = idle.only::<ScheduleOther>().connect().await.unwrap();
    idle.start().await.unwrap();
    eventually("the job is submitted", async || {
        let waiting =
            "SELECT count(*) FROM pgboss.job WHERE name = 'schedule_other' AND state = 'created'";
        let waiting = sqlx::query_scalar::<_, i64>(waiting);
        waiting.fetch_one(database.pool()).await.unwrap() == 1
    })
    .await;
    idle.stop().await.unwrap();
}

#[tokio::test]
async fn w15_an_executor_declares_the_schedules_of_its_own_jobs_only_and_leaves_the_others() {
    let database = Database::new().await;
    let builder = || {
        PgBoss::builder()
            .url(database.url())
            .max_connections(4)
            .application_name(APPLICATION)
    };
    let plain = builder().only::<SchedulePlain>().connect().await.unwrap();
    plain.start().await.unwrap();
    let names = async || -> Vec<String> {
        let rows = rows(&database).await;
        rows.into_iter().map(|row| row.0).collect()
    };
    assert_eq!(names().await, ["schedule_plain"]);
    let report = builder().only::<ScheduleReport>().connect().await.unwrap();
    report.start().await.unwrap();
    let all = ["schedule_plain", "schedule_report", "schedule_report"];
    assert_eq!(names().await, all);
    report.stop().await.unwrap();
    plain.stop().await.unwrap();
}

#[tokio::test]
async fn w16_a_start_logs_each_schedule_that_it_adds_changes_or_removes() {
    let database = Database::new().await;
    let log = Log::new();
    let boss = started(&database).await;
    boss.stop().await.unwrap();
    assert_eq!(log.lines(&["added a schedule"]).len(), 3);
    let change = "UPDATE pgboss.schedule SET cron = '1 1 1 1 *' WHERE name = 'schedule_plain';
                  UPDATE pgboss.schedule SET key = 'stale' WHERE key = 'morning'";
    sqlx::raw_sql(change)
        .execute(database.pool())
        .await
        .unwrap();
    boss.start().await.unwrap();
    let changed = log.lines(&["changed a schedule"]);
    assert!(
        changed.len() == 1 && changed[0].contains("schedule_plain"),
        "{changed:?}"
    );
    let removed = log.lines(&["removed a schedule"]);
    assert!(
        removed.len() == 1 && removed[0].contains("stale"),
        "{removed:?}"
    );
    boss.stop().await.unwrap();
}

/// Runs another program, in this folder, whose file has the name of this one; killed with the value.
fn program_of_the_same_name(database: &Database, folder: &Path) -> tokio::process::Child {
    std::fs::create_dir_all(folder).unwrap();
    let own_name = std::env::current_exe().unwrap();
    let program = folder.join(own_name.file_name().unwrap());
    // A copy would still be open for writing in a process that another test starts meanwhile, and could not be run.
    std::fs::hard_link(env!("CARGO_BIN_EXE_scheduled"), &program).unwrap();
    let mut command = tokio::process::Command::new(program);
    command
        .env_remove("PG_BOSS_NEW_OPTIONS")
        .env("DATABASE_URL", database.url());
    command.stdout(Stdio::null()).kill_on_drop(true);
    command.spawn().unwrap()
}

#[tokio::test]
async fn w16_a_running_program_of_the_same_file_name_keeps_its_schedules() {
    let database = Database::new().await;
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(database.name());
    let mut other = program_of_the_same_name(&database, &folder);
    let theirs = async || {
        let count = "SELECT count(*) FROM pgboss.schedule WHERE name = 'scheduled_elsewhere'";
        let count = sqlx::query_scalar::<_, i64>(count);
        count.fetch_one(database.pool()).await.unwrap_or_default()
    };
    eventually("the other program has declared its schedule", async || {
        theirs().await == 1
    })
    .await;
    let log = Log::new();
    let unnamed = PgBoss::builder().url(database.url()).max_connections(4);
    let unnamed = unnamed.only::<SchedulePlain>().connect().await.unwrap();
    unnamed.start().await.unwrap();
    assert_eq!((theirs().await, rows(&database).await.len()), (1, 1));
    let warnings = log.lines(&["another program of the same name"]);
    assert!(
        warnings.len() == 1 && warnings[0].contains("scheduled_elsewhere"),
        "{warnings:?}"
    );
    unnamed.stop().await.unwrap();

    other.kill().await.unwrap();
    std::fs::remove_dir_all(&folder).unwrap();
    let dead = "UPDATE pgboss.instance SET heartbeat_on = now() - interval '1 hour'";
    sqlx::raw_sql(dead).execute(database.pool()).await.unwrap();
    unnamed.start().await.unwrap();
    assert_eq!((theirs().await, rows(&database).await.len()), (0, 1));
    unnamed.stop().await.unwrap();
}
