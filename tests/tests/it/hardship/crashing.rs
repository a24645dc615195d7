//! Jobs that kill the process they run in, and the jobs beside them.

use std::process::Stdio;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use jobs_pg::JobState;
use jobs_pg::prelude::*;
use tests::{Cluster, Database, eventually};
use tokio::process::Command;
use tokio::sync::Notify;
use tokio::task::JoinHandle;

use super::{execute, number, on, state};

/// Worked by `hardship-poison` alone.
#[job(executor = PgBoss)]
async fn hs_poison() {}

/// Worked by `hardship-poison` alone.
#[job(executor = PgBoss)]
async fn hs_healthy() {}

/// Begins, and ends when the test says so.
#[job(executor = PgBoss)]
async fn hs_through_outage(ctx: Context<HsThroughOutage>) -> u32 {
    let outage = ctx.app::<Outage>();
    outage.begun.fetch_add(1, Ordering::SeqCst);
    outage.over.notified().await;
    ctx.job.attempt
}

#[derive(Clone, Default)]
struct Outage {
    begun: Arc<AtomicU32>,
    over: Arc<Notify>,
}

/// A program that is started again whenever it dies, until the value is dropped.
struct Restarted(JoinHandle<()>);

impl Restarted {
    fn poison(database: &Database) -> Self {
        let url = database.url().to_owned();
        Self(tokio::spawn(async move {
            loop {
                let mut command = Command::new(env!("CARGO_BIN_EXE_hardship-poison"));
                command
                    .env_remove("PG_BOSS_NEW_OPTIONS")
                    .env("DATABASE_URL", &url);
                command.stdout(Stdio::null()).stderr(Stdio::null());
                let status = command.kill_on_drop(true).status().await;
                assert!(!status.unwrap().success(), "the worker ended by itself");
            }
        }))
    }
}

impl Drop for Restarted {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// A process that only supervises. The queues are made with it.
async fn supervising(database: &Database) -> PgBoss {
    let boss = on(database).work(false).connect().await.unwrap();
    boss.start().await.unwrap();
    boss
}

/// Makes the heartbeats of a dead process long overdue, and what was lost due: the test need not wait for either.
async fn hurry(database: &Database) {
    let overdue = "UPDATE pgboss.job SET heartbeat_on = now() - interval '1 minute'
                    WHERE state = 'active' AND heartbeat_on < now() - interval '7 seconds';
                   UPDATE pgboss.job SET start_after = now() WHERE state = 'retry' AND start_after > now()";
    execute(database.pool(), overdue).await;
}

#[tokio::test]
async fn a_job_that_kills_its_processes_ends_with_a_reason_that_says_so() {
    let database = Database::new().await;
    let boss = supervising(&database).await;
    let poison = HsPoison::run_now().on(&boss).submit(()).await.unwrap();
    let plain = "SELECT count(*) FROM pg_namespace WHERE nspname = 'pgboss_jobs'";
    assert_eq!(number(database.pool(), plain).await, 0);
    let _worker = Restarted::poison(&database);
    for _ in 0..3 {
        eventually("the job is lost", async || {
            hurry(&database).await;
            state(database.pool(), poison.job_id).await != "active"
        })
        .await;
        eventually("the job runs again, or has ended", async || {
            hurry(&database).await;
            !["retry", "created"].contains(&state(database.pool(), poison.job_id).await.as_str())
        })
        .await;
    }
    eventually("the job has ended", async || {
        hurry(&database).await;
        state(database.pool(), poison.job_id).await == "failed"
    })
    .await;
    let row = poison.pg_boss().details().await.unwrap();
    let message = &row.output.unwrap()["value"]["message"];
    assert_eq!(
        message,
        "job heartbeat timeout: 3 processes died while they ran it"
    );
    assert_eq!(row.retry_count, 2);
    boss.stop().await.unwrap();
}

#[tokio::test]
async fn jobs_beside_one_that_kills_its_processes_all_complete() {
    const JOBS: usize = 20;
    let database = Database::new().await;
    let boss = supervising(&database).await;
    let poison = HsPoison::run_now().on(&boss).submit(()).await.unwrap();
    HsHealthy::run_now()
        .on(&boss)
        .submit_many([(); JOBS])
        .await
        .unwrap();
    let _worker = Restarted::poison(&database);
    let ended = "SELECT count(*) FROM pgboss.job WHERE state IN ('completed', 'failed')";
    // Each round of deaths may take as long as one wait.
    for round in 1..=4 {
        let all_ended = async || number(database.pool(), ended).await == JOBS as i64 + 1;
        let reached = async || {
            hurry(&database).await;
            all_ended().await || number(database.pool(), ended).await >= round * 4
        };
        eventually("more jobs have ended", reached).await;
    }
    eventually("all jobs have ended", async || {
        hurry(&database).await;
        number(database.pool(), ended).await == JOBS as i64 + 1
    })
    .await;
    assert_eq!(state(database.pool(), poison.job_id).await, "failed");
    let completed =
        "SELECT count(*) FROM pgboss.job WHERE name = 'hs_healthy' AND state = 'completed'";
    assert_eq!(number(database.pool(), completed).await, JOBS as i64);
    boss.stop().await.unwrap();
}

#[tokio::test]
async fn an_outage_longer_than_the_heartbeat_costs_no_attempt() {
    const JOBS: usize = 8;
    let mut cluster = Cluster::new().await;
    let database = Database::on(&cluster).await;
    let outage = Outage::default();
    let boss = on(&database)
        .only::<HsThroughOutage>()
        .provide(outage.clone())
        .connect()
        .await
        .unwrap();
    boss.start().await.unwrap();
    let jobs = HsThroughOutage::run_now()
        .on(&boss)
        .submit_many([(); JOBS])
        .await
        .unwrap();
    eventually("all jobs run", async || {
        outage.begun.load(Ordering::SeqCst) as usize == JOBS
    })
    .await;
    cluster.stop().await;
    // Longer than the heartbeat of 15 seconds: that is what is tested.
    tokio::time::sleep(Duration::from_secs(20)).await;
    cluster.start().await;
    // A process that starts at the return of the database, and sweeps.
    let fresh = supervising(&database).await;
    let refreshed = "SELECT count(*) FROM pgboss.job WHERE state = 'active' AND heartbeat_on > pg_postmaster_start_time()";
    eventually("the jobs send heartbeats again", async || {
        number(database.pool(), refreshed).await == JOBS as i64
    })
    .await;
    outage.over.notify_waiters();
    for job in &jobs {
        assert_eq!(job.output().await.unwrap(), 1);
        let row = job.pg_boss().details().await.unwrap();
        assert_eq!((row.state, row.retry_count), (JobState::Completed, 0));
    }
    fresh.stop().await.unwrap();
    boss.stop().await.unwrap();
}
