//! A job of a live process runs once, whatever its connections, its threads and its rows go through.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use jobs_pg::prelude::*;
use tests::{BOUND, Database, eventually};
use tokio::sync::{Semaphore, mpsc};
use tokio::time::timeout;
use uuid::Uuid;

use super::{execute, number, on, state};

/// Longer than the heartbeat and the pause between two sweeps.
const LONG: Duration = Duration::from_secs(17);

#[derive(Clone, Default)]
struct Runs(Arc<AtomicUsize>);

/// Holds a connection of the application for longer than its heartbeat.
#[job(executor = PgBoss, options(heartbeat = 10, retry_limit = 0))]
async fn hs_holds_a_connection(ctx: Context<HsHoldsAConnection>) -> Result<(), JobError> {
    ctx.app::<Runs>().0.fetch_add(1, Ordering::SeqCst);
    let mut connection = ctx.executor().pool().begin().await?;
    sqlx::query("SELECT pg_sleep($1)")
        .bind(LONG.as_secs_f64())
        .execute(&mut *connection)
        .await?;
    Ok(())
}

/// Keeps its thread for longer than its heartbeat.
#[job(executor = PgBoss, options(heartbeat = 10, retry_limit = 0))]
async fn hs_keeps_its_thread(ctx: Context<HsKeepsItsThread>) -> u32 {
    std::thread::sleep(LONG);
    ctx.job.attempt
}

/// Ends when the application says so.
#[job(executor = PgBoss, options(heartbeat = 10, retry_limit = 0), worker(concurrency = 60))]
async fn hs_waits(ctx: Context<HsWaits>) -> u32 {
    ctx.app::<Arc<Semaphore>>()
        .acquire()
        .await
        .unwrap()
        .forget();
    ctx.job.attempt
}

/// Snoozes once.
#[job(executor = PgBoss, options(retry_limit = 0))]
async fn hs_snoozes(ctx: Context<HsSnoozes>) -> Result<u32, JobError> {
    match ctx.app::<Runs>().0.fetch_add(1, Ordering::SeqCst) {
        0 => Err(JobError::snooze(Duration::from_millis(1))),
        _ => Ok(ctx.job.attempt),
    }
}

/// Another process that only looks after what is overdue.
async fn supervisor(database: &Database) -> PgBoss {
    let boss = on(database).work(false).connect().await.unwrap();
    boss.start().await.unwrap();
    boss
}

#[tokio::test]
async fn jobs_that_hold_every_connection_of_the_application_run_once() {
    let database = Database::new().await;
    let runs = Runs::default();
    let boss = on(&database).max_connections(4).provide(runs.clone());
    let boss = boss.only::<HsHoldsAConnection>().connect().await.unwrap();
    boss.start().await.unwrap();
    let other = supervisor(&database).await;
    let jobs = HsHoldsAConnection::run_now()
        .on(&boss)
        .submit_many([(); 4])
        .await
        .unwrap();
    for job in &jobs {
        job.output().await.unwrap();
    }
    assert_eq!(runs.0.load(Ordering::SeqCst), 4);
    boss.stop().await.unwrap();
    other.stop().await.unwrap();
}

#[tokio::test]
async fn jobs_that_block_every_thread_of_the_runtime_run_once() {
    let database = Database::new().await;
    let other = supervisor(&database).await;
    let url = database.url().to_owned();
    let blocked = std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()
            .unwrap();
        runtime.block_on(async {
            let boss = PgBoss::builder().url(&url).schedule(false).supervise(false);
            let boss = boss.only::<HsKeepsItsThread>().connect().await.unwrap();
            boss.start().await.unwrap();
            let jobs = HsKeepsItsThread::run_now()
                .on(&boss)
                .submit_many([(), ()])
                .await
                .unwrap();
            let mut attempts = Vec::new();
            for job in jobs {
                attempts.push(job.output().await.unwrap());
            }
            boss.stop().await.unwrap();
            attempts
        })
    });
    eventually("both threads were blocked and came free", async || {
        blocked.is_finished()
    })
    .await;
    assert_eq!(blocked.join().unwrap(), [1, 1]);
    other.stop().await.unwrap();
}

#[tokio::test]
async fn a_locked_row_holds_up_no_other_outcome_and_its_job_is_not_taken_for_lost() {
    let database = Database::new().await;
    let gate = Arc::new(Semaphore::new(0));
    let boss = on(&database).only::<HsWaits>().provide(Arc::clone(&gate));
    let boss = boss.connect().await.unwrap();
    boss.start().await.unwrap();
    let other = supervisor(&database).await;
    let jobs = HsWaits::run_now()
        .on(&boss)
        .submit_many([(); 50])
        .await
        .unwrap();
    eventually("all of them run", async || {
        number(
            database.pool(),
            "SELECT count(*) FROM pgboss.job WHERE state = 'active'",
        )
        .await
            == 50
    })
    .await;
    let mut lock = database.pool().begin().await.unwrap();
    sqlx::query("SELECT FROM pgboss.job WHERE id = $1 FOR UPDATE")
        .bind(jobs[0].job_id)
        .execute(&mut *lock)
        .await
        .unwrap();
    gate.add_permits(50);
    for job in &jobs[1..] {
        assert_eq!(job.output().await.unwrap(), 1);
    }
    // Longer than the lease of what is still locked.
    tokio::time::sleep(LONG).await;
    lock.rollback().await.unwrap();
    assert_eq!(jobs[0].output().await.unwrap(), 1);
    let counted = "SELECT count(*) FROM pgboss.job WHERE state = 'completed' AND retry_count = 0";
    assert_eq!(number(database.pool(), counted).await, 50);
    boss.stop().await.unwrap();
    other.stop().await.unwrap();
}

#[tokio::test]
async fn a_snoozed_job_runs_again_as_the_same_attempt() {
    let database = Database::new().await;
    let boss = on(&database).only::<HsSnoozes>().provide(Runs::default());
    let boss = boss.connect().await.unwrap();
    boss.start().await.unwrap();
    let job = HsSnoozes::run_now().on(&boss).submit(()).await.unwrap();
    assert_eq!(job.output().await.unwrap(), 1);
    boss.stop().await.unwrap();
}

/// Fetches the one job of a queue by hand, as the worker of another process does.
async fn fetched(boss: &PgBoss, queue: &str) -> jobs_pg::JobDetails {
    let fetch = boss.fetch(queue, jobs_pg::operation::FetchOptions::new());
    fetch.await.unwrap().pop().expect("a job was due")
}

#[tokio::test]
async fn an_attempt_before_a_release_cannot_settle_the_one_after_it() {
    let database = Database::new().await;
    let boss = on(&database).connect().await.unwrap();
    boss.create_queue("released", ()).await.unwrap();
    boss.send("released", serde_json::json!(1), ())
        .await
        .unwrap();
    let first = fetched(&boss, "released").await;
    // What a release or a snooze leaves: the retry count is kept.
    let release = "UPDATE pgboss.job SET state = 'created', started_on = NULL, heartbeat_on = NULL";
    execute(database.pool(), release).await;
    let second = fetched(&boss, "released").await;
    assert_eq!(
        (first.id, first.retry_count),
        (second.id, second.retry_count)
    );
    for vain in [
        boss.complete("released", &first, 1),
        boss.fail("released", &first, "x"),
        boss.touch("released", &first),
    ] {
        assert_eq!(vain.await.unwrap().count(), 0);
    }
    assert_eq!(state(database.pool(), second.id).await, "active");
    assert_eq!(
        boss.complete("released", &second, 1).await.unwrap().count(),
        1
    );
}

/// Returns its input when the application says so, and tells that it did.
#[job(executor = PgBoss, options(heartbeat = 10, retry_limit = 0))]
async fn hs_named(word: String, ctx: Context<HsNamed>) -> String {
    let (gate, ends) = ctx.app::<(Arc<Semaphore>, mpsc::UnboundedSender<String>)>();
    gate.acquire().await.unwrap().forget();
    ends.send(word.clone()).unwrap();
    word
}

#[tokio::test]
async fn an_old_function_does_not_touch_a_new_job_of_the_same_id() {
    let database = Database::new().await;
    let gate = Arc::new(Semaphore::new(0));
    let (ends, mut ended) = mpsc::unbounded_channel::<String>();
    let boss = on(&database).only::<(HsNamed, HsSnoozes)>();
    let boss = boss
        .provide((Arc::clone(&gate), ends))
        .provide(Runs::default());
    let boss = boss.connect().await.unwrap();
    boss.start().await.unwrap();
    let runs = async |id: Uuid| state(database.pool(), id).await == "active";
    let old = HsNamed::run_now()
        .on(&boss)
        .submit("old".into())
        .await
        .unwrap();
    eventually("the old one runs", async || runs(old.job_id).await).await;
    old.pg_boss().delete().await.unwrap();
    let new = HsNamed::run_now()
        .on(&boss)
        .id(old.job_id)
        .submit("new".into())
        .await
        .unwrap();
    eventually("the new one runs", async || runs(new.job_id).await).await;

    // The gate lets the old function through first.
    gate.add_permits(1);
    let first = timeout(BOUND, ended.recv()).await.unwrap();
    assert_eq!(first.unwrap(), "old");
    // Outcomes are written in their order: when the next one is there, the old one's was dropped.
    HsSnoozes::run_now()
        .on(&boss)
        .submit(())
        .await
        .unwrap()
        .output()
        .await
        .unwrap();
    assert!(runs(new.job_id).await);
    gate.add_permits(1);
    assert_eq!(new.output().await.unwrap(), "new");
    boss.stop().await.unwrap();
}
