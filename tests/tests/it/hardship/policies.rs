//! What queues promise, kept by several workers at once.

use std::sync::atomic::{AtomicI32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use jobs_pg::JobState;
use jobs_pg::prelude::*;
use tests::{Database, eventually};

use super::{on, only_job_of, state};

/// Takes what the stately queue has no place for.
#[job(executor = PgBoss)]
async fn hs_stately_dead() {}

/// Fails, and waits long for its next attempt.
#[job(executor = PgBoss, queue(policy = "stately"),
      options(retry_limit = 5, retry_delay = "10m", dead_letter = "hs_stately_dead"))]
async fn hs_stately() -> Result<(), JobError> {
    Err(JobError::new("not today"))
}

/// How many run, and the most that ever did.
#[derive(Default)]
struct Crowd {
    now: AtomicI32,
    most: AtomicI32,
}

/// Counts those who run beside it.
#[job(executor = PgBoss, queue(policy = "singleton"))]
async fn hs_single(ctx: Context<HsSingle>) {
    let crowd = ctx.app::<Arc<Crowd>>();
    let now = crowd.now.fetch_add(1, Ordering::SeqCst) + 1;
    crowd.most.fetch_max(now, Ordering::SeqCst);
    tokio::time::sleep(Duration::from_millis(5)).await;
    crowd.now.fetch_sub(1, Ordering::SeqCst);
}

/// Stands alone while it waits.
#[job(executor = PgBoss, queue(policy = "short"))]
async fn hs_short() {}

/// Stands alone until it has ended.
#[job(executor = PgBoss, queue(policy = "exclusive"))]
async fn hs_exclusive() {
    std::future::pending::<()>().await;
}

type Seen = Arc<Mutex<Vec<(String, u32)>>>;

/// Notes its key and number; every seventh needs a second attempt.
#[job(executor = PgBoss, queue(policy = "key_strict_fifo"), options(retry_delay = 0))]
async fn hs_in_line(number: u32, ctx: Context<HsInLine>) -> Result<(), JobError> {
    if number % 7 == 3 && ctx.job.attempt == 1 {
        return Err(JobError::new("once more"));
    }
    let key = ctx.job.singleton_key.clone().unwrap_or_default();
    ctx.app::<Seen>().lock().unwrap().push((key, number));
    Ok(())
}

#[tokio::test]
async fn a_retry_that_a_stately_queue_has_no_place_for_is_a_failure_for_good() {
    let database = Database::new().await;
    let boss = on(&database).only::<HsStately>().connect().await.unwrap();
    boss.start().await.unwrap();
    let first = HsStately::run_now().on(&boss).submit(()).await.unwrap();
    eventually("the first waits for its retry", async || {
        state(database.pool(), first.job_id).await == "retry"
    })
    .await;
    let second = HsStately::run_now().on(&boss).submit(()).await.unwrap();
    let row = super::ended(&second).await;
    assert_eq!((row.state, row.retry_count), (JobState::Failed, 0));
    assert_eq!(row.output.unwrap()["message"], "not today");
    let copy = only_job_of(database.pool(), "hs_stately_dead").await;
    assert_eq!(copy.source_id, Some(second.job_id));
    assert_eq!(state(database.pool(), first.job_id).await, "retry");
    boss.stop().await.unwrap();
}

#[tokio::test]
async fn a_singleton_queue_never_has_two_that_run() {
    let database = Database::new().await;
    let crowd = Arc::new(Crowd::default());
    let mut bosses = Vec::new();
    for _ in 0..3 {
        let boss = on(&database).provide(Arc::clone(&crowd)).only::<HsSingle>();
        bosses.push(boss.connect().await.unwrap());
    }
    let jobs = HsSingle::run_now()
        .on(&bosses[0])
        .submit_many([(); 60])
        .await
        .unwrap();
    for boss in &bosses {
        boss.start().await.unwrap();
    }
    for job in &jobs {
        job.output().await.unwrap();
    }
    assert_eq!(crowd.most.load(Ordering::SeqCst), 1);
    for boss in &bosses {
        boss.stop().await.unwrap();
    }
}

#[tokio::test]
async fn a_second_submission_to_a_short_or_exclusive_queue_is_the_standing_job() {
    let database = Database::new().await;
    let boss = on(&database).only::<HsExclusive>();
    let boss = boss.stop_timeout(Duration::ZERO).connect().await.unwrap();
    boss.start().await.unwrap();
    let first = HsShort::run_now().on(&boss).submit(()).await.unwrap();
    let second = HsShort::run_now().on(&boss).submit(()).await.unwrap();
    assert_eq!((first.is_new(), second.is_new()), (true, false));
    assert_eq!(second.job_id, first.job_id);

    let first = HsExclusive::run_now().on(&boss).submit(()).await.unwrap();
    eventually("it runs", async || {
        state(database.pool(), first.job_id).await == "active"
    })
    .await;
    let second = HsExclusive::run_now().on(&boss).submit(()).await.unwrap();
    assert_eq!((first.is_new(), second.is_new()), (true, false));
    assert_eq!(second.job_id, first.job_id);
    boss.stop().await.unwrap();
}

#[tokio::test]
async fn a_strict_queue_keeps_the_order_of_each_key_through_failures() {
    const EACH: u32 = 15;
    let database = Database::new().await;
    let seen = Seen::default();
    let boss = |seen: &Seen| on(&database).provide(Arc::clone(seen)).only::<HsInLine>();
    let bosses = [
        boss(&seen).connect().await.unwrap(),
        boss(&seen).connect().await.unwrap(),
    ];
    let mut jobs = Vec::new();
    for number in 0..EACH {
        for key in ["a", "b", "c"] {
            let job = HsInLine::run_now().singleton_key(key).on(&bosses[0]);
            jobs.push(job.submit(number).await.unwrap());
        }
    }
    for boss in &bosses {
        boss.start().await.unwrap();
    }
    for job in &jobs {
        job.output().await.unwrap();
    }
    let seen = seen.lock().unwrap().clone();
    for key in ["a", "b", "c"] {
        let order: Vec<u32> = seen
            .iter()
            .filter(|(of, _)| of == key)
            .map(|(_, n)| *n)
            .collect();
        assert_eq!(order, (0..EACH).collect::<Vec<_>>(), "key {key}");
    }
    for boss in &bosses {
        boss.stop().await.unwrap();
    }
}
