//! A job whose input type changes while jobs wait: none of them is lost, and each failed attempt says which field it is.

use std::process::Stdio;

use jobs_pg::prelude::*;
use jobs_pg::testing::Ran;
use jobs_pg::{ErrorKind, JobDetails, JobState};
use serde_json::Value;
use tests::{BOUND, Database, Log, eventually, wait_for};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};
use tokio::time::timeout;

use super::{idle, only};

fn program(program: &str, database: &Database) -> Command {
    let mut command = Command::new(program);
    command
        .env("DATABASE_URL", database.url())
        .env_remove("PG_BOSS_NEW_OPTIONS")
        .stdin(Stdio::null())
        .kill_on_drop(true);
    command
}

/// The old version of the program, at work.
fn old_version(database: &Database) -> Child {
    let mut command = program(env!("CARGO_BIN_EXE_changing-old"), database);
    command.stderr(Stdio::piped()).spawn().unwrap()
}

#[derive(Debug, sqlx::FromRow)]
struct Row {
    state: String,
    retry_count: i32,
    /// Whether the next attempt is due 30 seconds after the failed one at the earliest.
    waits: bool,
    output: Value,
}

async fn row(database: &Database, id: &str) -> Option<Row> {
    let row = "SELECT state::text, retry_count, start_after >= started_on + interval '30 s' AS waits, output FROM pgboss.job \
               WHERE id = $1::uuid AND output IS NOT NULL";
    let row = sqlx::query_as(row).bind(id);
    row.fetch_optional(database.pool()).await.unwrap()
}

#[tokio::test]
async fn an_old_worker_that_cannot_read_a_new_input_leaves_the_job_to_the_new_version() {
    let database = Database::new().await;
    let mut old = old_version(&database);
    let submitted = program(env!("CARGO_BIN_EXE_changing-new"), &database);
    let submitted = { submitted }.output().await.unwrap();
    assert!(submitted.status.success(), "{submitted:?}");
    let id = String::from_utf8(submitted.stdout).unwrap();
    let id = id.trim();

    let failed = wait_for("an attempt of the old version", async || {
        row(&database, id).await
    })
    .await;
    assert_eq!(
        (&*failed.state, failed.waits),
        ("retry", true),
        "{failed:?}"
    );
    let message = failed.output["message"].to_string();
    assert!(message.contains("`user`"), "{message}");

    let mut log = BufReader::new(old.stderr.take().unwrap()).lines();
    let event = async {
        while let Some(line) = log.next_line().await.unwrap() {
            if line.contains("ERROR") && line.contains(id) {
                return line;
            }
        }
        panic!("the old version ended without a word");
    };
    let event = timeout(BOUND, event).await.expect("no event");
    assert!(event.contains("`user`"), "{event}");
    old.kill().await.unwrap();

    let now = "UPDATE pgboss.job SET start_after = now() WHERE id = $1::uuid";
    sqlx::query(now)
        .bind(id)
        .execute(database.pool())
        .await
        .unwrap();
    let mut new = program(env!("CARGO_BIN_EXE_changing-new"), &database);
    let _new = new.arg("work").spawn().unwrap();
    let done = wait_for("the new version has completed the job", async || {
        row(&database, id)
            .await
            .filter(|row| row.state == "completed")
    });
    let done = done.await;
    assert_eq!(done.retry_count, 1);
    assert_eq!(
        done.output["value"],
        "the new version welcomes Tony with a gift"
    );
}

/// Takes what has failed for good.
#[job(executor = PgBoss)]
async fn changing_dead(_: Value) {}

#[job(executor = PgBoss, options(retry_limit = 1, dead_letter = "changing_dead"))]
async fn changing(_: u32) {}

#[job(executor = PgBoss, worker(batch = 5), options(retry_limit = 1))]
async fn changing_batch(numbers: Vec<u32>) -> Vec<Result<u32, JobError>> {
    numbers.into_iter().map(Ok).collect()
}

/// Jobs that were submitted by a version with another type.
async fn spoil(database: &Database, condition: &str) {
    let spoil = format!("UPDATE pgboss.job SET data = '\"two\"' WHERE {condition}");
    sqlx::query(sqlx::AssertSqlSafe(spoil))
        .execute(database.pool())
        .await
        .unwrap();
}

fn states(ran: &[Ran]) -> Vec<(&str, JobState)> {
    ran.iter().map(|ran| (&*ran.name, ran.state)).collect()
}

fn waits(row: &JobDetails) -> i64 {
    (row.start_after - row.started_on.unwrap()).num_seconds()
}

#[tokio::test]
async fn the_next_attempt_waits_thirty_seconds_or_the_jobs_own_delay_and_the_last_goes_to_the_dead_letter_queue()
 {
    let database = Database::new().await;
    let log = Log::new();
    let boss = only::<(Changing, ChangingDead)>(&database)
        .connect()
        .await
        .unwrap();
    boss.travel_to("2031-03-05T10:00:00Z").await.unwrap();
    let submit = async |delay| {
        Changing::run_now()
            .on(&boss)
            .retry_delay(delay)
            .submit(1)
            .await
            .unwrap()
    };
    let jobs = [submit(0).await, submit(7200).await];
    spoil(&database, "name = 'changing'").await;
    let ran = boss.drain().await.unwrap();
    assert_eq!(states(&ran), [("changing", JobState::Retry); 2]);
    for (job, delay) in jobs.iter().zip([30, 7200]) {
        assert_eq!(waits(&job.pg_boss().details().await.unwrap()), delay);
        let id = job.job_id.to_string();
        let events = log.lines(&["ERROR", &id, "does not decode", "next_in"]);
        assert_eq!(events.len(), 1, "{:?}", log.lines(&["job"]));
    }

    boss.travel(30).await.unwrap();
    let ran = boss.drain().await.unwrap();
    let dead = ("changing_dead", JobState::Completed);
    assert_eq!(states(&ran), [("changing", JobState::Failed), dead]);
    let id = jobs[0].job_id.to_string();
    assert_eq!(log.lines(&["ERROR", &id, "failed for good"]).len(), 1);
}

#[tokio::test]
async fn of_a_batch_only_the_job_whose_input_does_not_decode_fails() {
    let database = Database::new().await;
    let boss = idle::<ChangingBatch>(&database).await;
    let jobs = ChangingBatch::run_now()
        .on(&boss)
        .submit_many([1, 2, 3])
        .await
        .unwrap();
    spoil(&database, &format!("id = '{}'", jobs[1].job_id)).await;
    let working = super::started::<ChangingBatch>(&database).await;
    eventually("the broken one waits for its next attempt", async || {
        jobs[1].pg_boss().details().await.unwrap().state == JobState::Retry
    })
    .await;
    assert!(waits(&jobs[1].pg_boss().details().await.unwrap()) >= 30);
    for (job, output) in [(&jobs[0], 1), (&jobs[2], 3)] {
        assert_eq!(super::output_of(job).await.unwrap(), output);
        assert_eq!(job.pg_boss().details().await.unwrap().retry_count, 0);
    }
    working.stop().await.unwrap();
    boss.stop().await.unwrap();
}

#[job(executor = PgBoss, queue(policy = "short"))]
async fn changing_policy() {}

#[tokio::test]
async fn a_policy_that_the_queue_does_not_have_is_an_error_that_says_how_to_change_it() {
    let database = Database::new().await;
    let boss = only::<ChangingPolicy>(&database).connect().await.unwrap();
    boss.create_queue("changing_policy", ()).await.unwrap();
    let error = boss.start().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Configuration);
    let way = r#"boss.delete_queue("changing_policy")"#;
    assert!(error.to_string().contains(way), "{error}");
    boss.delete_queue("changing_policy").await.unwrap();
    boss.start().await.unwrap();
    boss.stop().await.unwrap();
}
