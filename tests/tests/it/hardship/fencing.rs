//! An attempt that is no longer its worker's is called off and settles nothing; stopping gives jobs back.

use std::sync::Arc;
use std::time::Duration;

use jobs_pg::JobState;
use jobs_pg::prelude::*;
use serde_json::json;
use tests::{BOUND, Database, eventually};
use tokio::sync::{Semaphore, mpsc};
use tokio::time::timeout;
use uuid::Uuid;

use super::{execute, on};

/// What the test and the running functions tell each other.
#[derive(Clone)]
struct Talk {
    /// A function ends when it gets a permit.
    gate: Arc<Semaphore>,
    events: mpsc::UnboundedSender<Event>,
}

#[derive(Debug, PartialEq, Eq)]
enum Event {
    Begun(u32),
    Dropped,
    Asked,
}

impl Talk {
    fn new() -> (Self, mpsc::UnboundedReceiver<Event>) {
        let (events, heard) = mpsc::unbounded_channel();
        let gate = Arc::new(Semaphore::new(0));
        (Self { gate, events }, heard)
    }

    fn tell(&self, event: Event) {
        // The test may have ended.
        let _ = self.events.send(event);
    }
}

struct TellsDrop(Talk);

impl Drop for TellsDrop {
    fn drop(&mut self) {
        self.0.tell(Event::Dropped);
    }
}

/// Runs until the test lets it end.
#[job(executor = PgBoss)]
async fn hs_held(ctx: Context<HsHeld>) -> u32 {
    let talk = ctx.app::<Talk>();
    let _told = TellsDrop(talk.clone());
    talk.tell(Event::Begun(ctx.job.attempt));
    talk.gate.acquire().await.unwrap().forget();
    ctx.job.attempt
}

/// Runs until it is asked to end.
#[job(executor = PgBoss)]
async fn hs_asked(ctx: Context<HsAsked>) {
    let talk = ctx.app::<Talk>();
    talk.tell(Event::Begun(ctx.job.attempt));
    ctx.cancelled().await;
    talk.tell(Event::Asked);
}

/// Ends at once.
#[job(executor = PgBoss)]
async fn hs_after() {}

async fn started(database: &Database, talk: &Talk) -> PgBoss {
    let boss = on(database).provide(talk.clone());
    let boss = boss.only::<(HsHeld, HsAsked, HsAfter)>();
    let boss = boss
        .stop_timeout(Duration::from_secs(8))
        .connect()
        .await
        .unwrap();
    boss.start().await.unwrap();
    boss
}

async fn next(heard: &mut mpsc::UnboundedReceiver<Event>) -> Event {
    timeout(BOUND, heard.recv())
        .await
        .expect("nothing was heard")
        .unwrap()
}

/// Makes the running attempt somebody else's, as a sweep and a fetch of another process would.
async fn take_over(database: &Database, id: Uuid) {
    let taken = format!("UPDATE pgboss.job SET retry_count = retry_count + 1 WHERE id = '{id}'");
    execute(database.pool(), taken).await;
}

#[tokio::test]
async fn an_attempt_that_was_taken_over_cannot_settle() {
    let database = Database::new().await;
    let (talk, mut heard) = Talk::new();
    let boss = started(&database, &talk).await;
    let job = HsHeld::run_now().on(&boss).submit(()).await.unwrap();
    assert_eq!(next(&mut heard).await, Event::Begun(1));
    take_over(&database, job.job_id).await;
    talk.gate.add_permits(1);
    assert_eq!(next(&mut heard).await, Event::Dropped);

    // Outcomes are written in their order: when the next one is there, the first was dropped.
    let after = HsAfter::run_now().on(&boss).submit(()).await.unwrap();
    after.output().await.unwrap();
    let row = job.pg_boss().details().await.unwrap();
    assert_eq!(
        (row.state, row.retry_count, row.output),
        (JobState::Active, 1, None)
    );
    boss.stop().await.unwrap();
}

#[tokio::test]
async fn an_attempt_that_was_taken_over_is_called_off() {
    let database = Database::new().await;
    let (talk, mut heard) = Talk::new();
    let boss = started(&database, &talk).await;
    let job = HsHeld::run_now().on(&boss).submit(()).await.unwrap();
    assert_eq!(next(&mut heard).await, Event::Begun(1));
    take_over(&database, job.job_id).await;
    assert_eq!(next(&mut heard).await, Event::Dropped);
    let row = job.pg_boss().details().await.unwrap();
    assert_eq!((row.state, row.retry_count), (JobState::Active, 1));
    boss.stop().await.unwrap();
}

#[tokio::test]
async fn a_cancel_in_the_database_reaches_the_running_function() {
    let database = Database::new().await;
    let (talk, mut heard) = Talk::new();
    let boss = started(&database, &talk).await;
    let held = HsHeld::run_now().on(&boss).submit(()).await.unwrap();
    assert_eq!(next(&mut heard).await, Event::Begun(1));
    let cancel =
        "UPDATE pgboss.job SET state = 'cancelled', completed_on = now() WHERE state = 'active'";
    execute(database.pool(), cancel).await;
    assert_eq!(next(&mut heard).await, Event::Dropped);

    // One that watches for it may clean up.
    let asked = HsAsked::run_now().on(&boss).submit(()).await.unwrap();
    assert_eq!(next(&mut heard).await, Event::Begun(1));
    execute(database.pool(), cancel).await;
    assert_eq!(next(&mut heard).await, Event::Asked);
    let after = HsAfter::run_now().on(&boss).submit(()).await.unwrap();
    after.output().await.unwrap();
    for row in [
        held.pg_boss().details().await,
        asked.pg_boss().details().await,
    ] {
        let row = row.unwrap();
        assert_eq!((row.state, row.output), (JobState::Cancelled, None));
    }
    boss.stop().await.unwrap();
}

#[tokio::test]
async fn stopping_gives_unfinished_jobs_back_and_counts_no_attempt() {
    let database = Database::new().await;
    let (talk, mut heard) = Talk::new();
    let boss = started(&database, &talk).await;
    let jobs = HsHeld::run_now()
        .on(&boss)
        .submit_many([(); 15])
        .await
        .unwrap();
    for _ in 0..10 {
        assert_eq!(next(&mut heard).await, Event::Begun(1));
    }
    boss.stop().await.unwrap();
    for job in &jobs {
        let row = job.pg_boss().details().await.unwrap();
        assert_eq!(
            (row.state, row.retry_count, row.started_on),
            (JobState::Created, 0, None)
        );
    }

    let (talk, _heard) = Talk::new();
    talk.gate.add_permits(jobs.len());
    let boss = started(&database, &talk).await;
    for job in &jobs {
        assert_eq!(job.output().await.unwrap(), 1);
    }
    boss.stop().await.unwrap();
}

#[tokio::test]
async fn a_job_whose_worker_vanished_is_swept_when_its_time_is_up() {
    let database = Database::new().await;
    let boss = on(&database).work(false).connect().await.unwrap();
    boss.start().await.unwrap();
    let row = |limit| {
        format!(
            "INSERT INTO pgboss.job (name, state, started_on, expire_seconds, retry_limit) \
             VALUES ('hs_after', 'active', now() - interval '2 s', 1, {limit});"
        )
    };
    execute(database.pool(), row(0) + &row(1)).await;
    let rows = "SELECT jsonb_agg(jsonb_build_array(state, output) ORDER BY state) FROM pgboss.job WHERE name = 'hs_after'";
    let timed_out = json!({ "value": { "message": "job timed out" } });
    let expected = json!([["retry", timed_out], ["failed", timed_out]]);
    eventually("both are swept", async || {
        let found: serde_json::Value = sqlx::query_scalar(rows)
            .fetch_one(database.pool())
            .await
            .unwrap();
        found == expected
    })
    .await;
    boss.stop().await.unwrap();
}
