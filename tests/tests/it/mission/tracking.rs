//! W4, W11, W12: what a submission gives back, and what can be done with it.

use std::time::Duration;

use jobs_pg::prelude::*;
use jobs_pg::{ErrorKind, JobState};
use serde_json::{Map, json};
use tests::{Database, eventually};
use tokio::sync::mpsc;

use super::{idle, only, output_of, started};

#[job(executor = PgBoss, options(priority = 3))]
async fn track_greeting(name: String) -> String {
    format!("Hello {name}!")
}

#[tokio::test]
async fn w4_w11_a_submitted_job_bears_its_id_its_name_and_its_executor() {
    let database = Database::new().await;
    let boss = idle::<TrackGreeting>(&database).await;
    let job = boss
        .scope(TrackGreeting::submit("Tony".into()))
        .await
        .unwrap();
    assert_eq!(job.job_name, "track_greeting");
    assert_eq!(job.executor_name, PG_BOSS_EXECUTOR_NAME);
    assert_eq!(PG_BOSS_EXECUTOR_NAME, "PgBoss");
    assert!(job.is_new());
    let row = "SELECT name, state::text, data FROM pgboss.job WHERE id = $1";
    let row: (String, String, serde_json::Value) = sqlx::query_as(row)
        .bind(job.job_id)
        .fetch_one(database.pool())
        .await
        .unwrap();
    assert_eq!(
        row,
        ("track_greeting".into(), "created".into(), json!("Tony"))
    );

    let many = boss
        .scope(TrackGreeting::submit_many(
            ["a", "b", "c"].map(String::from),
        ))
        .await
        .unwrap();
    for (job, input) in many.iter().zip(["a", "b", "c"]) {
        let details = job.pg_boss().details().await.unwrap();
        assert_eq!(details.input::<String>().unwrap(), input);
    }
    assert_eq!(many.len(), 3);
    boss.stop().await.unwrap();
}

#[tokio::test]
async fn w11_a_throttled_job_is_not_new_and_is_the_one_that_stands() {
    let database = Database::new().await;
    let boss = idle::<TrackGreeting>(&database).await;
    let submit = async |key: &str| {
        let submission = TrackGreeting::run_now()
            .throttle(Duration::from_secs(86_400))
            .singleton_key(key);
        submission.on(&boss).submit(key.into()).await.unwrap()
    };
    let (first, second, other) = (
        submit("one").await,
        submit("one").await,
        submit("two").await,
    );
    assert_eq!(
        (first.is_new(), second.is_new(), other.is_new()),
        (true, false, true)
    );
    assert_eq!(first.job_id, second.job_id);
    assert_ne!(first.job_id, other.job_id);
    let stored: i64 = sqlx::query_scalar("SELECT count(*) FROM pgboss.job")
        .fetch_one(database.pool())
        .await
        .unwrap();
    assert_eq!(stored, 2);
    boss.stop().await.unwrap();
}

#[tokio::test]
async fn w12_details_has_every_column_of_the_row() {
    let database = Database::new().await;
    let boss = idle::<TrackGreeting>(&database).await;
    let options = JobOptions::new()
        .retry_limit(4)
        .retry_delay(5)
        .retry_backoff(true)
        .retry_delay_max(60);
    let options = options
        .expire_in(70)
        .delete_after(80)
        .heartbeat(90)
        .singleton_key("k");
    let job = TrackGreeting::with(options)
        .on(&boss)
        .submit("Tony".into())
        .await
        .unwrap();

    let details = job.pg_boss().details().await.unwrap();
    assert_eq!(
        (details.id, details.name.as_str(), details.state),
        (job.job_id, "track_greeting", JobState::Created)
    );
    assert_eq!(
        (details.priority, details.input::<String>().unwrap()),
        (3, "Tony".to_owned())
    );
    assert_eq!(
        (
            details.retry_limit,
            details.retry_count,
            details.retry_delay
        ),
        (4, 0, 5)
    );
    assert_eq!(
        (details.retry_backoff, details.retry_delay_max),
        (true, Some(60))
    );
    assert_eq!(
        (
            details.expire_seconds,
            details.deletion_seconds,
            details.heartbeat_seconds
        ),
        (70, 80, Some(90))
    );
    assert_eq!(details.singleton_key.as_deref(), Some("k"));
    assert_eq!(details.other, Map::new());

    // Each column, as Postgres itself turns the row into JSON, is there under its name.
    let row = "SELECT array_agg(column_name::text) FROM information_schema.columns \
               WHERE table_schema = 'pgboss' AND table_name = 'job'";
    let columns: Vec<String> = sqlx::query_scalar(row)
        .fetch_one(database.pool())
        .await
        .unwrap();
    let told = serde_json::to_value(&details).unwrap();
    let missing: Vec<_> = columns
        .iter()
        .filter(|column| told.get(column.as_str()).is_none())
        .collect();
    assert_eq!(missing, Vec::<&String>::new());
    boss.stop().await.unwrap();
}

#[tokio::test]
async fn w12_a_waiting_job_is_cancelled_resumed_and_deleted() {
    let database = Database::new().await;
    let boss = started::<TrackGreeting>(&database).await;
    let job = TrackGreeting::delay(600)
        .on(&boss)
        .submit("Tony".into())
        .await
        .unwrap();
    let pg_boss = job.pg_boss();
    let state = async || pg_boss.details().await.unwrap().state;

    assert!(!pg_boss.resume().await.unwrap());
    assert!(pg_boss.cancel().await.unwrap());
    assert_eq!(state().await, JobState::Cancelled);
    assert!(!pg_boss.cancel().await.unwrap());
    assert!(pg_boss.resume().await.unwrap());
    assert_eq!(state().await, JobState::Created);
    // It waits for its time as before, and runs when that has come.
    boss.travel("10m").await.unwrap();
    assert_eq!(output_of(&job).await.unwrap(), "Hello Tony!");
    assert!(!pg_boss.cancel().await.unwrap());
    assert!(!pg_boss.resume().await.unwrap());
    assert_eq!(state().await, JobState::Completed);

    assert!(pg_boss.delete().await.unwrap());
    assert!(!pg_boss.delete().await.unwrap());
    let gone = pg_boss.details().await.unwrap_err();
    assert_eq!(gone.kind(), ErrorKind::NotFound);
    assert!(gone.to_string().contains(&job.job_id.to_string()), "{gone}");
    boss.stop().await.unwrap();
}

#[job(executor = PgBoss, options(retry_limit = 0))]
async fn track_second_time_lucky(ctx: Context<TrackSecondTimeLucky>) -> Result<u32, JobError> {
    match ctx.job.attempt {
        1 => Err(JobError::new("the first attempt")),
        attempt => Ok(attempt),
    }
}

#[tokio::test]
async fn w12_a_failed_job_gets_one_more_attempt() {
    let database = Database::new().await;
    let boss = started::<TrackSecondTimeLucky>(&database).await;
    let job = boss.scope(TrackSecondTimeLucky::submit(())).await.unwrap();
    assert_eq!(output_of(&job).await.unwrap_err().kind(), ErrorKind::Failed);
    assert!(job.pg_boss().retry().await.unwrap());
    assert_eq!(output_of(&job).await.unwrap(), 2);
    assert!(!job.pg_boss().retry().await.unwrap());
    boss.stop().await.unwrap();
}

/// What a running function tells the test.
#[derive(Debug, PartialEq)]
enum Told {
    Began,
    CalledOff,
    Dropped,
}

/// Tells when the function that owns it is gone.
struct TellsDrop(mpsc::UnboundedSender<Told>);

impl Drop for TellsDrop {
    fn drop(&mut self) {
        let _ = self.0.send(Told::Dropped);
    }
}

#[job(executor = PgBoss)]
async fn track_waits_for_ever(ctx: Context<TrackWaitsForEver>) {
    let told = ctx.app::<mpsc::UnboundedSender<Told>>().clone();
    let _tells_drop = TellsDrop(told.clone());
    told.send(Told::Began).unwrap();
    std::future::pending::<()>().await;
}

#[job(executor = PgBoss)]
async fn track_waits_to_be_called_off(ctx: Context<TrackWaitsToBeCalledOff>) {
    let told = ctx.app::<mpsc::UnboundedSender<Told>>().clone();
    let _tells_drop = TellsDrop(told.clone());
    told.send(Told::Began).unwrap();
    ctx.cancelled().await;
    assert!(ctx.is_cancelled());
    told.send(Told::CalledOff).unwrap();
}

async fn next(told: &mut mpsc::UnboundedReceiver<Told>) -> Told {
    tokio::time::timeout(tests::BOUND, told.recv())
        .await
        .expect("the function says nothing")
        .unwrap()
}

#[tokio::test]
async fn x5_a_worker_hears_at_once_that_a_running_job_was_cancelled_or_deleted() {
    let database = Database::new().await;
    let (tell, mut told) = mpsc::unbounded_channel();
    let boss = only::<TrackWaitsForEver>(&database).provide(tell);
    let boss = boss.connect().await.unwrap();
    // Its next heartbeat is due in twenty minutes.
    let options = serde_json::json!({"heartbeatSeconds": 3600, "notify": true});
    boss.create_queue("track_waits_for_ever", options)
        .await
        .unwrap();
    boss.start().await.unwrap();
    let elsewhere = idle::<TrackGreeting>(&database).await;
    let running = async || {
        let job = TrackWaitsForEver::run_now().on(&boss).submit(()).await;
        job.unwrap().job_id
    };

    let id = running().await;
    assert_eq!(next(&mut told).await, Told::Began);
    elsewhere.cancel("track_waits_for_ever", id).await.unwrap();
    assert_eq!(next(&mut told).await, Told::Dropped);

    let id = running().await;
    assert_eq!(next(&mut told).await, Told::Began);
    let mut transaction = database.pool().begin().await.unwrap();
    let deletion = elsewhere.delete_job("track_waits_for_ever", id);
    deletion.within(&mut transaction).await.unwrap();
    transaction.commit().await.unwrap();
    assert_eq!(next(&mut told).await, Told::Dropped);
    boss.stop().await.unwrap();
    elsewhere.stop().await.unwrap();
}

#[tokio::test]
async fn w12_cancelling_a_running_job_from_elsewhere_reaches_its_function() {
    let database = Database::new().await;
    let (tell, mut told) = mpsc::unbounded_channel();
    let boss = only::<(TrackWaitsForEver, TrackWaitsToBeCalledOff)>(&database)
        .provide(tell)
        .connect()
        .await
        .unwrap();
    boss.start().await.unwrap();
    let elsewhere = idle::<TrackGreeting>(&database).await;

    let job = TrackWaitsForEver::run_now()
        .on(&boss)
        .submit(())
        .await
        .unwrap();
    assert_eq!(next(&mut told).await, Told::Began);
    assert!(
        TrackWaitsForEver::track(job.job_id)
            .on(&elsewhere)
            .pg_boss()
            .cancel()
            .await
            .unwrap()
    );
    assert_eq!(next(&mut told).await, Told::Dropped);

    let job = TrackWaitsToBeCalledOff::run_now()
        .on(&boss)
        .submit(())
        .await
        .unwrap();
    assert_eq!(next(&mut told).await, Told::Began);
    assert!(job.pg_boss().cancel().await.unwrap());
    assert_eq!(next(&mut told).await, Told::CalledOff);
    assert_eq!(next(&mut told).await, Told::Dropped);
    // What it returned afterwards changes nothing.
    assert_eq!(
        output_of(&job).await.unwrap_err().kind(),
        ErrorKind::Cancelled
    );
    eventually("nothing is active", async || {
        let active = "SELECT count(*) FROM pgboss.job WHERE state <> 'cancelled'";
        sqlx::query_scalar::<_, i64>(active)
            .fetch_one(database.pool())
            .await
            .unwrap()
            == 0
    })
    .await;
    boss.stop().await.unwrap();
    elsewhere.stop().await.unwrap();
}
