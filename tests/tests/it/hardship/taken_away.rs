//! Workers, connections and servers that are taken away in mid-job: nothing is lost, and nothing is settled twice.

use std::process::Stdio;
use std::time::Duration;

use jobs_pg::prelude::*;
use jobs_pg::{Error, JobState};
use tests::{Cluster, Database, eventually};
use tokio::process::{Child, Command};
use tokio::task::JoinHandle;
use uuid::Uuid;

use super::{number, on, state};

/// The worker process begins this job and never ends it; here it ends at once.
#[job(executor = PgBoss)]
async fn hs_taken(ctx: Context<HsTaken>) -> u32 {
    ctx.job.attempt
}

/// Takes a moment.
#[job(executor = PgBoss)]
async fn hs_moment(number: u32) -> u32 {
    tokio::time::sleep(Duration::from_millis(20)).await;
    number
}

/// What others wait for.
#[job(executor = PgBoss)]
async fn hs_word(word: String) -> String {
    word
}

/// Another process that works the jobs of `hardship-worker`; killed with the value.
pub(super) fn worker_process(database: &Database) -> Child {
    let mut command = Command::new(env!("CARGO_BIN_EXE_hardship-worker"));
    command
        .env_remove("PG_BOSS_NEW_OPTIONS")
        .env("DATABASE_URL", database.url());
    command.stdout(Stdio::null()).kill_on_drop(true);
    command.spawn().unwrap()
}

async fn completed(database: &Database, queue: &str) -> i64 {
    let count = "SELECT count(*) FROM pgboss.job WHERE state = 'completed' AND name = ";
    number(database.pool(), format!("{count}'{queue}'")).await
}

async fn all_complete(database: &Database, queue: &str, jobs: i64) {
    eventually("all jobs are completed", async || {
        completed(database, queue).await == jobs
    })
    .await;
    let rows = format!("SELECT count(*) FROM pgboss.job WHERE name = '{queue}'");
    assert_eq!(number(database.pool(), rows).await, jobs);
}

#[tokio::test]
async fn a_killed_worker_s_job_runs_again_elsewhere() {
    let database = Database::new().await;
    let boss = on(&database).only::<HsTaken>().connect().await.unwrap();
    let job = HsTaken::run_now().on(&boss).submit(()).await.unwrap();
    let mut worker = worker_process(&database);
    eventually("the other process has the job", async || {
        state(database.pool(), job.job_id).await == "active"
    })
    .await;
    boss.start().await.unwrap();
    worker.kill().await.unwrap();
    assert_eq!(job.output().await.unwrap(), 2);
    let row = job.pg_boss().details().await.unwrap();
    assert_eq!((row.state, row.retry_count), (JobState::Completed, 1));
    boss.stop().await.unwrap();
}

#[tokio::test]
async fn nothing_is_lost_when_all_connections_are_cut_again_and_again() {
    const JOBS: u32 = 300;
    const APPLICATION: &str = "hs-cut";
    let database = Database::new().await;
    let boss = on(&database).application_name(APPLICATION);
    let boss = boss.only::<(HsMoment, HsWord)>().connect().await.unwrap();
    let other = on(&database).application_name("hs-uncut").work(false);
    let other = other.connect().await.unwrap();
    HsMoment::run_now()
        .on(&other)
        .submit_many(0..JOBS)
        .await
        .unwrap();
    boss.start().await.unwrap();
    for round in 1..=5 {
        eventually("some more are completed", async || {
            completed(&database, "hs_moment").await >= round * 20
        })
        .await;
        eventually("its connections are cut", async || {
            database.kill_backends(APPLICATION).await > 0
        })
        .await;
    }
    all_complete(&database, "hs_moment", JOBS.into()).await;

    eventually("it listens again", async || {
        let listeners = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() \
                         AND application_name = 'hs-cut' AND query LIKE 'LISTEN%'";
        number(database.pool(), listeners).await > 0
    })
    .await;
    let word = HsWord::run_now().on(&other).submit("tea".into()).await;
    assert_eq!(word.unwrap().output().await.unwrap(), "tea");
    boss.stop().await.unwrap();
}

/// Submits one job after the other, and gives what came of each.
fn submit_meanwhile(boss: &PgBoss) -> JoinHandle<Vec<Result<Uuid, Error>>> {
    let boss = boss.clone();
    tokio::spawn(async move {
        let mut answers = Vec::new();
        for number in 0..40 {
            let submitted = HsMoment::run_now().on(&boss).submit(number).await;
            answers.push(submitted.map(|job| job.job_id));
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        answers
    })
}

#[tokio::test]
async fn nothing_acknowledged_is_lost_when_postgres_restarts_in_mid_drain() {
    const JOBS: u32 = 400;
    let mut cluster = Cluster::new().await;
    let database = Database::on(&cluster).await;
    let boss = on(&database).only::<HsMoment>().connect().await.unwrap();
    HsMoment::run_now()
        .on(&boss)
        .submit_many(0..JOBS)
        .await
        .unwrap();
    boss.start().await.unwrap();
    eventually("the drain has begun", async || {
        completed(&database, "hs_moment").await >= 50
    })
    .await;
    let meanwhile = submit_meanwhile(&boss);
    cluster.stop().await;
    cluster.start().await;

    let answers = meanwhile.await.unwrap();
    let stored: Vec<Uuid> = answers.iter().flatten().copied().collect();
    assert!(!stored.is_empty(), "{answers:?}");
    eventually("what was acknowledged is completed", async || {
        let query = "SELECT count(*) FROM pgboss.job WHERE state = 'completed' AND id = ANY($1)";
        let found = sqlx::query_scalar::<_, i64>(query).bind(&stored);
        found.fetch_one(database.pool()).await.unwrap() == stored.len() as i64
    })
    .await;
    eventually("nothing is left to do", async || {
        let open = "SELECT count(*) FROM pgboss.job WHERE state <> 'completed'";
        number(database.pool(), open).await == 0
    })
    .await;
    assert!(completed(&database, "hs_moment").await >= i64::from(JOBS) + stored.len() as i64);
    boss.stop().await.unwrap();
}
