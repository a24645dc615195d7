//! Functions that panic where one does not expect it: while they are dropped.

use std::time::Duration;

use jobs_pg::JobState;
use jobs_pg::prelude::*;
use tests::{Database, Log, eventually};

use super::{ended, on};

struct PanicsWhenDropped;

impl Drop for PanicsWhenDropped {
    fn drop(&mut self) {
        panic!("on purpose, while it is dropped");
    }
}

/// Never ends, and panics when it is dropped.
#[job(executor = PgBoss, options(retry_limit = 0, expire_in = 1), worker(concurrency = 2))]
async fn hs_panics_late(waits: bool) {
    let _panics = PanicsWhenDropped;
    if waits {
        std::future::pending::<()>().await;
    }
    std::mem::forget(_panics);
}

/// Never ends, panics when it is dropped, and lives as long as it may.
#[job(executor = PgBoss, options(retry_limit = 0))]
async fn hs_panics_at_the_end() {
    let _panics = PanicsWhenDropped;
    std::future::pending::<()>().await;
}

/// Panics with something that panics again.
#[job(executor = PgBoss, options(retry_limit = 0))]
async fn hs_panics_twice() {
    std::panic::panic_any(PanicsWhenDropped);
}

async fn started(database: &Database) -> PgBoss {
    let boss = on(database)
        .only::<(HsPanicsLate, HsPanicsAtTheEnd, HsPanicsTwice)>()
        .stop_timeout(Duration::from_secs(8))
        .connect()
        .await
        .unwrap();
    boss.start().await.unwrap();
    boss
}

#[tokio::test]
async fn a_panic_while_an_expired_function_is_dropped_costs_no_slot() {
    let database = Database::new().await;
    let boss = started(&database).await;
    let jobs = HsPanicsLate::run_now().on(&boss);
    for job in jobs.submit_many([true, true]).await.unwrap() {
        assert_eq!(ended(&job).await.state, JobState::Failed);
    }
    let job = HsPanicsLate::run_now()
        .on(&boss)
        .submit(false)
        .await
        .unwrap();
    job.output().await.unwrap();
    boss.stop().await.unwrap();
}

#[tokio::test]
async fn a_panic_while_a_released_function_is_dropped_does_not_hold_up_the_stop() {
    let database = Database::new().await;
    let log = Log::new();
    let boss = started(&database).await;
    let job = HsPanicsAtTheEnd::run_now()
        .on(&boss)
        .submit(())
        .await
        .unwrap();
    eventually("it runs", async || {
        job.pg_boss().details().await.unwrap().state == JobState::Active
    })
    .await;
    boss.stop().await.unwrap();
    // A slot that was not given back would have been waited for in vain.
    assert_eq!(log.lines(&["did not stop"]), Vec::<String>::new());
    let row = job.pg_boss().details().await.unwrap();
    assert_eq!((row.state, row.started_on), (JobState::Created, None));
}

#[tokio::test]
async fn a_panic_whose_payload_panics_is_a_failed_attempt() {
    let database = Database::new().await;
    let boss = started(&database).await;
    let job = HsPanicsTwice::run_now().on(&boss).submit(()).await.unwrap();
    assert_eq!(ended(&job).await.state, JobState::Failed);
    boss.stop().await.unwrap();
}
