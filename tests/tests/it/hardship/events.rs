//! What an operator reads in the log.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use jobs_pg::prelude::*;
use tests::{Database, Log, eventually};
use tokio::sync::Notify;

use super::{ended, on, state};

#[derive(Debug)]
struct Outer(io::Error);

impl std::fmt::Display for Outer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("cannot send the mail")
    }
}

impl std::error::Error for Outer {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.0)
    }
}

/// Fails each time, with an error that has a cause.
#[job(executor = PgBoss, options(retry_limit = 1))]
async fn hs_logged() -> Result<(), JobError> {
    Err(Outer(io::Error::other("the wire is cut")))?
}

#[job(executor = PgBoss, options(retry_limit = 0))]
async fn hs_logged_panic() {
    panic!("out of cheese");
}

#[job(executor = PgBoss)]
async fn hs_logged_cancel() -> Result<(), JobError> {
    Err(JobError::cancel("nobody wants it any more"))
}

/// Ends when it is cancelled.
#[job(executor = PgBoss, options(heartbeat = 10))]
async fn hs_logged_watch(ctx: Context<HsLoggedWatch>) {
    ctx.cancelled().await;
    ctx.app::<Arc<Notify>>().notify_one();
}

async fn started(database: &Database) -> PgBoss {
    let boss = on(database).stop_timeout(Duration::from_secs(4));
    let boss = boss.only::<(HsLogged, HsLoggedPanic, HsLoggedCancel)>();
    let boss = boss.connect().await.unwrap();
    boss.start().await.unwrap();
    boss
}

#[tokio::test]
async fn each_failed_attempt_is_one_event_with_its_reasons_and_the_last_one_an_error() {
    let database = Database::new().await;
    let log = Log::new();
    let boss = started(&database).await;
    let job = HsLogged::run_now().on(&boss).submit(()).await.unwrap();
    ended(&job).await;
    let id = job.job_id.to_string();
    let chain = "cannot send the mail: the wire is cut";
    let warned = [
        "WARN",
        &id,
        "hs_logged",
        "attempt=1",
        "of=2",
        chain,
        "next_in=",
    ];
    assert_eq!(log.lines(&warned).len(), 1);
    let last = ["ERROR", &id, "hs_logged", "attempt=2", "of=2", chain];
    assert_eq!(log.lines(&last).len(), 1);
    boss.stop().await.unwrap();
}

#[tokio::test]
async fn a_panic_is_an_event_with_the_id_of_its_job() {
    let database = Database::new().await;
    let log = Log::new();
    let boss = started(&database).await;
    let job = HsLoggedPanic::run_now().on(&boss).submit(()).await.unwrap();
    ended(&job).await;
    let id = job.job_id.to_string();
    assert_eq!(
        log.lines(&["ERROR", &id, "panicked: out of cheese"]).len(),
        1
    );
    boss.stop().await.unwrap();
}

#[tokio::test]
async fn a_job_that_cancels_itself_is_an_event_with_its_reason() {
    let database = Database::new().await;
    let log = Log::new();
    let boss = started(&database).await;
    let job = HsLoggedCancel::run_now()
        .on(&boss)
        .submit(())
        .await
        .unwrap();
    ended(&job).await;
    let id = job.job_id.to_string();
    assert_eq!(
        log.lines(&["INFO", &id, "nobody wants it any more"]).len(),
        1
    );
    boss.stop().await.unwrap();
}

#[tokio::test]
async fn a_function_that_ends_because_its_job_was_cancelled_is_not_a_warning() {
    let database = Database::new().await;
    let (log, noticed) = (Log::new(), Arc::new(Notify::new()));
    let boss = on(&database).provide(Arc::clone(&noticed));
    let boss = boss.only::<HsLoggedWatch>().connect().await.unwrap();
    boss.start().await.unwrap();
    let job = HsLoggedWatch::run_now().on(&boss).submit(()).await.unwrap();
    eventually("it runs", async || {
        state(database.pool(), job.job_id).await == "active"
    })
    .await;
    assert!(job.pg_boss().cancel().await.unwrap());
    noticed.notified().await;
    boss.stop().await.unwrap();
    assert_eq!(
        log.lines(&["WARN", &job.job_id.to_string()]),
        Vec::<String>::new()
    );
    // The log is that of this executor.
    assert_eq!(log.lines(&["INFO", "stopping"]).len(), 1);
}

#[tokio::test]
async fn start_and_stop_are_events_and_statements_are_not() {
    let database = Database::new().await;
    let log = Log::new();
    let boss = started(&database).await;
    boss.stop().await.unwrap();
    assert_eq!(
        log.lines(&["INFO", "starting to work", "queues=3", "hs_logged_panic"])
            .len(),
        1
    );
    assert_eq!(log.lines(&["INFO", "stopping", "running=0"]).len(), 1);
    assert_eq!(log.lines(&["sqlx::query"]), Vec::<String>::new());
}

#[tokio::test]
async fn an_outage_is_reported_once_with_its_reason_and_once_when_it_is_over() {
    let mut cluster = tests::Cluster::new().await;
    let database = Database::on(&cluster).await;
    let log = Log::new();
    let boss = started(&database).await;
    cluster.stop().await;
    eventually("it is noticed", async || {
        !log.lines(&["WARN", "the database does not answer"])
            .is_empty()
    })
    .await;
    let unhealthy = boss.is_healthy().unwrap_err();
    cluster.start().await;
    eventually("it is over", async || {
        !log.lines(&["INFO", "the database answers again", "failures="])
            .is_empty()
    })
    .await;
    eventually("all of it works", async || boss.is_healthy().is_ok()).await;
    // The fetcher, the passes and the timers of schedules have all failed meanwhile.
    assert_eq!(log.lines(&["WARN", "cannot"]).len(), 1, "{unhealthy}");
    assert_eq!(log.lines(&["answers again"]).len(), 1);
    assert_eq!(log.lines(&["pool timed out"]), Vec::<String>::new());
    assert_eq!(log.lines(&["sqlx::pool"]), Vec::<String>::new());
    boss.stop().await.unwrap();
}
