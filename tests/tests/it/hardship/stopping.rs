//! Stopping, however it is asked for: it ends in time, and what ran is released.

use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;

use jobs_pg::prelude::*;
use jobs_pg::{Job, JobState};
use tests::{Cluster, Database, eventually};
use tokio::io::{AsyncBufReadExt, BufReader, Lines};
use tokio::process::{Child, ChildStderr, Command};
use tokio::sync::Notify;
use tokio::time::timeout;

use super::{number, on};

/// Says that it has begun, and never ends.
#[job(executor = PgBoss)]
async fn hs_endless(ctx: Context<HsEndless>) {
    ctx.app::<Arc<Notify>>().notify_one();
    std::future::pending::<()>().await;
}

/// Leaves the two seconds for the release that a longer stop has, too.
const STOP: Duration = Duration::from_secs(8);

/// An executor with a job that never ends, and runs.
async fn running(database: &Database) -> (PgBoss, SubmittedJob<HsEndless>) {
    let begun = Arc::new(Notify::new());
    let boss = on(database).only::<HsEndless>().stop_timeout(STOP);
    let boss = boss
        .application_name("hs_stopping")
        .provide(Arc::clone(&begun));
    let boss = boss.connect().await.unwrap();
    boss.start().await.unwrap();
    let job = HsEndless::run_now().on(&boss).submit(()).await.unwrap();
    timeout(tests::BOUND, begun.notified()).await.unwrap();
    (boss, job)
}

/// How many jobs are as if they had not been fetched.
async fn released(database: &Database) -> i64 {
    let released = "SELECT count(*) FROM pgboss.job WHERE state = 'created' AND started_on IS NULL AND retry_count = 0";
    number(database.pool(), released).await
}

/// How many connections of the executor listen.
async fn listeners(database: &Database) -> i64 {
    let listeners = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() \
                     AND application_name = 'hs_stopping' AND query LIKE 'LISTEN%'";
    number(database.pool(), listeners).await
}

#[tokio::test]
async fn a_stop_keeps_its_time_even_when_the_table_is_locked() {
    let database = Database::new().await;
    let (boss, _job) = running(&database).await;
    let mut locked = database.pool().begin().await.unwrap();
    sqlx::raw_sql("LOCK TABLE pgboss.job_common IN ACCESS EXCLUSIVE MODE")
        .execute(&mut *locked)
        .await
        .unwrap();
    // For a machine under load; the statements that wait for the lock would take minutes.
    timeout(STOP * 10, boss.stop()).await.unwrap().unwrap();
    locked.rollback().await.unwrap();
}

#[tokio::test]
async fn a_stop_goes_on_when_its_future_is_dropped() {
    let database = Database::new().await;
    let (boss, _job) = running(&database).await;
    {
        let stop = boss.stop();
        tokio::pin!(stop);
        // Begun, and dropped.
        assert!(timeout(Duration::from_millis(50), &mut stop).await.is_err());
    }
    eventually("the job is released", async || {
        released(&database).await == 1
    })
    .await;
}

#[tokio::test]
async fn dropping_the_last_handle_stops_the_work() {
    let database = Database::new().await;
    let (boss, job) = running(&database).await;
    let other = boss.clone();
    drop((job, boss));
    // It still fetches.
    let second = HsEndless::run_now().on(&other).submit(()).await.unwrap();
    is_run(&second).await;
    eventually("it listens", async || listeners(&database).await == 1).await;
    drop((second, other));
    eventually("both jobs are released", async || {
        released(&database).await == 2
    })
    .await;
    eventually("it listens no more", async || {
        listeners(&database).await == 0
    })
    .await;
}

/// Named as the jobs of `stubborn-worker`; it runs them, and here they are only submitted.
#[job(executor = PgBoss)]
async fn hs_blocks() {}

#[job(executor = PgBoss)]
async fn hs_never_ends() {}

#[job(executor = PgBoss)]
async fn hs_hogs_its_thread() {}

/// A process with these seconds to stop in; killed with the value.
fn stubborn_worker(database: &Database, stop_timeout: &str) -> Child {
    let mut command = Command::new(env!("CARGO_BIN_EXE_stubborn-worker"));
    command
        .arg(stop_timeout)
        .env_remove("PG_BOSS_NEW_OPTIONS")
        .env("DATABASE_URL", database.url());
    command.stdout(Stdio::null()).stderr(Stdio::piped());
    command.kill_on_drop(true).spawn().unwrap()
}

/// Waits until the process logs a line with all of these words.
async fn says(log: &mut Lines<BufReader<ChildStderr>>, words: &[&str]) {
    let line = async {
        loop {
            let line = log.next_line().await.unwrap().expect("the process lives");
            if words.iter().all(|word| line.contains(word)) {
                return;
            }
        }
    };
    let said = timeout(tests::BOUND, line).await;
    assert!(said.is_ok(), "it does not say {words:?}");
}

fn log_of(process: &mut Child) -> Lines<BufReader<ChildStderr>> {
    BufReader::new(process.stderr.take().unwrap()).lines()
}

async fn signal(process: &Child, signal: &str) {
    let id = process.id().unwrap().to_string();
    let sent = Command::new("kill").args([signal, &id]).status().await;
    assert!(sent.unwrap().success());
}

/// An executor that only submits.
async fn submitter(database: &Database) -> PgBoss {
    on(database).connect().await.unwrap()
}

async fn is_run<J: Job<Executor = PgBoss>>(job: &SubmittedJob<J>) {
    eventually("the process runs the job", async || {
        job.pg_boss().details().await.unwrap().state == JobState::Active
    })
    .await;
}

#[tokio::test]
async fn a_blocking_job_that_does_not_return_does_not_keep_the_process_from_ending() {
    let database = Database::new().await;
    let mut worker = stubborn_worker(&database, "8");
    let boss = submitter(&database).await;
    is_run(&HsBlocks::run_now().on(&boss).submit(()).await.unwrap()).await;
    signal(&worker, "-TERM").await;
    assert!(
        timeout(tests::BOUND, worker.wait())
            .await
            .unwrap()
            .unwrap()
            .success()
    );
    assert_eq!(released(&database).await, 1);
}

#[tokio::test]
async fn a_second_signal_stops_at_once() {
    let database = Database::new().await;
    let mut worker = stubborn_worker(&database, "3600");
    let boss = submitter(&database).await;
    is_run(&HsNeverEnds::run_now().on(&boss).submit(()).await.unwrap()).await;
    signal(&worker, "-INT").await;
    signal(&worker, "-TERM").await;
    assert!(
        timeout(tests::BOUND, worker.wait())
            .await
            .unwrap()
            .unwrap()
            .success()
    );
    assert_eq!(released(&database).await, 1);
}

#[tokio::test]
async fn w17_a_job_that_keeps_its_thread_is_reported_meanwhile_and_a_third_signal_ends_its_process()
{
    let database = Database::new().await;
    let mut worker = stubborn_worker(&database, "3600");
    let mut log = log_of(&mut worker);
    let boss = submitter(&database).await;
    let job = HsHogsItsThread::run_now().on(&boss).submit(()).await;
    let id = job.unwrap().job_id.to_string();
    says(&mut log, &["WARN", "blocks its thread", &id]).await;
    signal(&worker, "-INT").await;
    says(&mut log, &["a second one"]).await;
    signal(&worker, "-INT").await;
    // The runtime of the process cannot end: it waits for the thread that is kept.
    says(
        &mut log,
        &["ERROR", "did not stop", "hs_hogs_its_thread", &id],
    )
    .await;
    signal(&worker, "-INT").await;
    let ended = timeout(tests::BOUND, worker.wait()).await.unwrap();
    assert_eq!(ended.unwrap().code(), Some(130));
}

#[tokio::test]
async fn a_second_signal_does_not_wait_for_a_database_that_is_away() {
    let mut cluster = Cluster::new().await;
    let database = Database::on(&cluster).await;
    let mut worker = stubborn_worker(&database, "3600");
    let mut log = log_of(&mut worker);
    let boss = submitter(&database).await;
    let job = HsNeverEnds::run_now().on(&boss).submit(()).await.unwrap();
    is_run(&job).await;
    cluster.stop().await;
    says(&mut log, &["WARN", "the database does not answer"]).await;
    signal(&worker, "-INT").await;
    signal(&worker, "-TERM").await;
    says(
        &mut log,
        &["ERROR", "did not stop", &job.job_id.to_string()],
    )
    .await;
    let ended = timeout(tests::BOUND, worker.wait()).await.unwrap();
    assert!(ended.unwrap().success());
}
