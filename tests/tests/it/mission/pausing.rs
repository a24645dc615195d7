//! Pausing queues: no worker begins a job of them, wherever it is.

use jobs_pg::prelude::*;
use jobs_pg::{ErrorKind, JobState};
use tests::{Database, eventually};

use super::{only, output_of, started};

#[job(executor = PgBoss)]
async fn pz_paused(number: u32) -> u32 {
    number
}

#[job(executor = PgBoss)]
async fn pz_beside() {}

type Jobs = (PzPaused, PzBeside);

async fn is_waiting(job: &SubmittedJob<PzPaused>) -> bool {
    job.pg_boss().details().await.unwrap().state == JobState::Created
}

/// Whether the worker leaves a new job of the queue alone while it runs one of another queue.
async fn is_obeyed(boss: &PgBoss) -> bool {
    let job = PzPaused::run_now().on(boss).submit(0).await.unwrap();
    let beside = PzBeside::run_now().on(boss).submit(()).await.unwrap();
    output_of(&beside).await.unwrap();
    is_waiting(&job).await
}

#[tokio::test]
async fn a_pause_holds_for_workers_that_start_later_and_until_any_process_ends_it() {
    let database = Database::new().await;
    let other = only::<Jobs>(&database).connect().await.unwrap();
    let job = PzPaused::run_now().on(&other).submit(7).await.unwrap();
    other.pause_queue("pz_paused").await.unwrap();
    assert_eq!(other.paused_queues().await.unwrap(), ["pz_paused"]);
    let boss = started::<Jobs>(&database).await;
    // One statement fetches from both queues.
    let beside = PzBeside::run_now().on(&boss).submit(()).await.unwrap();
    output_of(&beside).await.unwrap();
    assert!(is_waiting(&job).await);
    other.resume_queue("pz_paused").await.unwrap();
    assert_eq!(output_of(&job).await.unwrap(), 7);
    assert!(other.paused_queues().await.unwrap().is_empty());
    boss.stop().await.unwrap();
}

#[tokio::test]
async fn a_worker_hears_of_a_pause_while_it_works() {
    let database = Database::new().await;
    let boss = started::<Jobs>(&database).await;
    let other = only::<Jobs>(&database).connect().await.unwrap();
    let job = PzPaused::run_now().on(&boss).submit(1).await.unwrap();
    output_of(&job).await.unwrap();
    other.pause_queue("pz_paused").await.unwrap();
    eventually("the worker obeys", async || is_obeyed(&boss).await).await;
    boss.stop().await.unwrap();
}

#[tokio::test]
async fn a_worker_that_hears_nothing_looks_by_itself() {
    let database = Database::new().await;
    let boss = started::<Jobs>(&database).await;
    // Makes the schema for it, and pauses nothing.
    boss.pause_queue("pz_beside").await.unwrap();
    boss.resume_queue("pz_beside").await.unwrap();
    PzPaused::run_now().on(&boss).submit(1).await.unwrap();
    sqlx::query(
        "INSERT INTO pgboss_jobs.paused_queue (name, paused_on) VALUES ('pz_paused', now())",
    )
    .execute(database.pool())
    .await
    .unwrap();
    eventually("the worker obeys", async || is_obeyed(&boss).await).await;
    boss.stop().await.unwrap();
}

#[tokio::test]
async fn a_drain_leaves_paused_queues_alone() {
    let database = Database::new().await;
    let boss = only::<Jobs>(&database).connect().await.unwrap();
    let job = PzPaused::run_now().on(&boss).submit(1).await.unwrap();
    boss.pause_queue("pz_paused").await.unwrap();
    assert!(boss.drain().await.unwrap().is_empty());
    assert!(is_waiting(&job).await);
    boss.resume_queue("pz_paused").await.unwrap();
    assert_eq!(boss.drain().await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_handle_pauses_the_queue_that_its_submissions_go_to() {
    let database = Database::new().await;
    let boss = only::<Jobs>(&database).product("billing").env("prd");
    let boss = boss.connect().await.unwrap();
    let paused = boss.scope(async {
        // Neither was submitted before, so the queue does not exist yet.
        PzPaused::pause().await.unwrap();
        PzPaused::pause().await.unwrap();
        boss.paused_queues().await.unwrap()
    });
    assert_eq!(paused.await, ["billing/prd/pz_paused"]);
    boss.scope(PzPaused::resume()).await.unwrap();
    assert!(boss.paused_queues().await.unwrap().is_empty());
}

#[tokio::test]
async fn a_queue_that_was_deleted_and_made_again_is_not_paused() {
    let database = Database::new().await;
    let boss = only::<Jobs>(&database).connect().await.unwrap();
    boss.create_queue("pz_paused", ()).await.unwrap();
    boss.pause_queue("pz_paused").await.unwrap();
    boss.delete_queue("pz_paused").await.unwrap();
    assert!(boss.paused_queues().await.unwrap().is_empty());
    boss.create_queue("pz_paused", ()).await.unwrap();
    assert!(boss.paused_queues().await.unwrap().is_empty());
    boss.pause_queue("pz_paused").await.unwrap();
    assert_eq!(boss.paused_queues().await.unwrap(), ["pz_paused"]);
    boss.delete_queue("pz_paused").await.unwrap();
    boss.create_queue("pz_paused", ()).await.unwrap();
    boss.supervise().await.unwrap();
    let rows = "SELECT count(*) FROM pgboss_jobs.paused_queue";
    let rows: i64 = sqlx::query_scalar(rows)
        .fetch_one(database.pool())
        .await
        .unwrap();
    assert_eq!(rows, 0);
}

#[tokio::test]
async fn a_queue_that_does_not_exist_cannot_be_paused_or_resumed() {
    let database = Database::new().await;
    let boss = only::<Jobs>(&database).connect().await.unwrap();
    boss.create_queue("pz_mail", ()).await.unwrap();
    boss.resume_queue("pz_mail").await.unwrap();
    for _ in 0..2 {
        for error in [
            boss.resume_queue("pz_mial").await.unwrap_err(),
            boss.pause_queue("pz_mial").await.unwrap_err(),
        ] {
            assert_eq!(error.kind(), ErrorKind::NotFound);
            assert!(
                error.to_string().contains("did you mean `pz_mail`"),
                "{error}"
            );
        }
    }
}
