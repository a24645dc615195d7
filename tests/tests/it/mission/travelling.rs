//! X10: tests move the time and run what is due, and never sleep.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use jobs_pg::prelude::*;
use jobs_pg::testing::{Ran, assert_not_submitted, assert_submitted};
use jobs_pg::{ErrorKind, JobSet, JobState};
use serde::{Deserialize, Serialize};
use serde_json::json;
use sqlx::postgres::PgPoolOptions;
use tests::Database;

use super::{only, output_of, started};

/// A quarter past a full hour, so that no schedule is due where the tests begin.
const BEGIN: &str = "2031-03-05T10:15:00Z";

const HOUR: Duration = Duration::from_secs(3600);

/// An executor that is not started, at [`BEGIN`].
async fn still<Jobs: JobSet>(database: &Database) -> PgBoss {
    let boss = only::<Jobs>(database).connect().await.unwrap();
    boss.travel_to(BEGIN).await.unwrap();
    boss
}

/// The same, with schedules.
async fn keeping_time<Jobs: JobSet>(database: &Database) -> PgBoss {
    let boss = only::<Jobs>(database).schedule(true).connect();
    let boss = boss.await.unwrap();
    boss.travel_to(BEGIN).await.unwrap();
    boss
}

fn begin() -> DateTime<Utc> {
    BEGIN.parse().unwrap()
}

fn states(ran: &[Ran]) -> Vec<(&str, u32, JobState)> {
    ran.iter()
        .map(|one| (one.name.as_str(), one.attempt, one.state))
        .collect()
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Letter {
    to: String,
}

fn letter(to: &str) -> Letter {
    Letter { to: to.into() }
}

#[job(executor = PgBoss)]
async fn x10_post(letter: Letter) -> String {
    format!("to {}", letter.to)
}

#[tokio::test]
async fn x10_a_delayed_job_runs_when_time_has_been_moved_and_the_drain_says_what_ran() {
    let database = Database::new().await;
    let boss = still::<X10Post>(&database).await;
    let job = X10Post::delay(3600).on(&boss).submit(letter("Ann"));
    let job = job.await.unwrap();
    assert!(boss.drain().await.unwrap().is_empty());
    boss.travel(HOUR - Duration::from_millis(1)).await.unwrap();
    assert!(boss.drain().await.unwrap().is_empty());
    let now = boss.travel(TimeDelta::milliseconds(1)).await.unwrap();
    assert_eq!(now, begin() + HOUR);
    let ran = boss.drain().await.unwrap();
    assert_eq!(states(&ran), [("x10_post", 1, JobState::Completed)]);
    assert_eq!(
        (ran[0].id, &ran[0].output),
        (job.job_id, &Some(json!({ "value": "to Ann" })))
    );
    assert_eq!(output_of(&job).await.unwrap(), "to Ann");
    let details = job.pg_boss().details().await.unwrap();
    assert_eq!(
        (details.created_on, details.started_on),
        (begin(), Some(now))
    );
}

#[tokio::test]
async fn x10_time_that_was_never_moved_is_the_real_time() {
    let database = Database::new().await;
    let boss = only::<X10Post>(&database).connect().await.unwrap();
    let before = Utc::now();
    let moved = boss.travel("1h").await.unwrap();
    assert!(moved >= before + HOUR && moved <= Utc::now() + HOUR);
    boss.real_time().await.unwrap();
    X10Post::run_now()
        .on(&boss)
        .submit(letter("Ann"))
        .await
        .unwrap();
    let [job] = boss
        .submitted::<X10Post>()
        .await
        .unwrap()
        .try_into()
        .unwrap();
    assert!(job.created_on >= before && job.created_on <= Utc::now());
    let lever = "SELECT to_regclass('pgboss.__pgboss_test_clock') IS NULL";
    assert!(
        sqlx::query_scalar::<_, bool>(lever)
            .fetch_one(database.pool())
            .await
            .unwrap()
    );
}

#[job(executor = PgBoss, options(retry_limit = 2, retry_delay = "10m", dead_letter = "x10_bury"))]
async fn x10_fails(_: ()) -> Result<(), JobError> {
    Err(JobError::new("no luck"))
}

#[job(executor = PgBoss)]
async fn x10_bury(ctx: Context<X10Bury>) -> u32 {
    ctx.job.attempt
}

#[tokio::test]
async fn x10_retries_with_delays_are_drained_by_travelling() {
    let database = Database::new().await;
    let boss = still::<(X10Fails, X10Bury)>(&database).await;
    let job = X10Fails::with(JobOptions::new())
        .on(&boss)
        .submit(())
        .await
        .unwrap();
    let mut ran = boss.drain().await.unwrap();
    assert!(boss.drain().await.unwrap().is_empty());
    for _ in 0..2 {
        boss.travel("10m").await.unwrap();
        ran.extend(boss.drain().await.unwrap());
    }
    assert_eq!(
        states(&ran),
        [
            ("x10_fails", 1, JobState::Retry),
            ("x10_fails", 2, JobState::Retry),
            ("x10_fails", 3, JobState::Failed),
            ("x10_bury", 1, JobState::Completed),
        ]
    );
    assert_eq!(ran[2].output.as_ref().unwrap()["message"], "no luck");
    assert_eq!(output_of(&job).await.unwrap_err().kind(), ErrorKind::Failed);
}

#[job(executor = PgBoss)]
async fn x10_puts_off(ctx: Context<X10PutsOff>) -> Result<(), JobError> {
    match ctx.job.start_after == ctx.job.created_on {
        true => Err(JobError::snooze(HOUR)),
        false => Err(JobError::cancel("enough")),
    }
}

#[tokio::test]
async fn x10_a_snooze_and_a_cancellation_are_told_from_ends() {
    let database = Database::new().await;
    let boss = still::<X10PutsOff>(&database).await;
    X10PutsOff::run_now().on(&boss).submit(()).await.unwrap();
    let first = boss.drain().await.unwrap();
    boss.travel(HOUR).await.unwrap();
    let second = boss.drain().await.unwrap();
    assert_eq!(states(&first), [("x10_puts_off", 1, JobState::Created)]);
    assert_eq!(states(&second), [("x10_puts_off", 1, JobState::Cancelled)]);
}

#[job(executor = PgBoss)]
async fn x10_parent(_: ()) -> Result<String, JobError> {
    Ok(X10Post::submit(letter("a child")).await?.output().await?)
}

#[tokio::test]
async fn x10_a_drained_job_can_wait_for_another_and_the_rest_run_in_order() {
    let database = Database::new().await;
    let boss = still::<(X10Post, X10Parent)>(&database).await;
    let parent = X10Parent::run_now().on(&boss).submit(()).await.unwrap();
    let low = X10Post::run_now()
        .on(&boss)
        .submit(letter("low"))
        .await
        .unwrap();
    let high = X10Post::run_now()
        .on(&boss)
        .priority(5)
        .submit(letter("high"));
    let high = high.await.unwrap();
    let ran = boss.drain().await.unwrap();
    assert_eq!(ran.len(), 4);
    let place = |id| ran.iter().position(|one| one.id == id).unwrap();
    assert_eq!((place(high.job_id), place(low.job_id)), (0, 1));
    assert_eq!(place(parent.job_id), 3);
    assert_eq!(output_of(&parent).await.unwrap(), "to a child");
}

#[tokio::test]
async fn x10_only_bounds_what_is_drained() {
    let database = Database::new().await;
    let boss = still::<X10Bury>(&database).await;
    X10Post::run_now()
        .on(&boss)
        .submit(letter("Ann"))
        .await
        .unwrap();
    X10Bury::run_now().on(&boss).submit(()).await.unwrap();
    assert_eq!(
        states(&boss.drain().await.unwrap()),
        [("x10_bury", 1, JobState::Completed)]
    );
}

// On the one day of the year that these tests travel in, so that no other test sees them due.
#[job(executor = PgBoss, schedule = "0 * 5 3 *")]
async fn x10_hourly(ctx: Context<X10Hourly>) -> DateTime<Utc> {
    ctx.job.created_on
}

#[job(executor = PgBoss, schedule(cron = "30 * 5 3 *", missed = "all"))]
async fn x10_all_missed() {}

#[job(executor = PgBoss, schedule(cron = "30 * 5 3 *", missed = "once"))]
async fn x10_once_missed() {}

type Scheduled = (X10Hourly, X10AllMissed, X10OnceMissed);

fn count(ran: &[Ran], name: &str) -> usize {
    ran.iter().filter(|one| one.name == name).count()
}

#[tokio::test]
async fn x10_three_hours_bring_exactly_three_jobs_of_an_hourly_schedule() {
    let database = Database::new().await;
    let boss = keeping_time::<Scheduled>(&database).await;
    assert!(boss.drain().await.unwrap().is_empty());
    boss.travel(3 * HOUR).await.unwrap();
    let ran = boss.drain().await.unwrap();
    assert_eq!(count(&ran, "x10_hourly"), 3);
    assert_eq!(count(&ran, "x10_all_missed"), 3);
    assert_eq!(ran.len(), 9);
    assert!(boss.drain().await.unwrap().is_empty());
    // Up to the full hour and not beyond it, and then the rest of the hour.
    boss.travel("45m").await.unwrap();
    assert_eq!(count(&boss.drain().await.unwrap(), "x10_hourly"), 1);
    boss.travel("59m").await.unwrap();
    assert_eq!(count(&boss.drain().await.unwrap(), "x10_hourly"), 0);
}

#[tokio::test]
async fn x10_a_jump_is_an_outage_and_the_policies_say_what_follows() {
    let database = Database::new().await;
    let boss = keeping_time::<Scheduled>(&database).await;
    assert!(boss.drain().await.unwrap().is_empty());
    boss.travel_to(begin() + 3 * HOUR).await.unwrap();
    let ran = boss.drain().await.unwrap();
    assert_eq!(count(&ran, "x10_hourly"), 0);
    assert_eq!(count(&ran, "x10_all_missed"), 3);
    assert_eq!(count(&ran, "x10_once_missed"), 1);
}

#[tokio::test]
async fn x10_time_can_be_put_back_and_schedules_go_on_from_there() {
    let database = Database::new().await;
    let boss = keeping_time::<Scheduled>(&database).await;
    boss.travel(2 * HOUR).await.unwrap();
    assert_eq!(count(&boss.drain().await.unwrap(), "x10_hourly"), 2);
    boss.travel_to("2025-03-05T00:10:00Z").await.unwrap();
    boss.drain().await.unwrap();
    boss.travel_to("2025-03-05T02:40:00Z").await.unwrap();
    let ran = boss.drain().await.unwrap();
    // The schedule was declared later than that.
    assert_eq!(count(&ran, "x10_all_missed"), 0);
    boss.travel_to("2025-03-05T03:00:20Z").await.unwrap();
    assert_eq!(count(&boss.drain().await.unwrap(), "x10_hourly"), 1);
}

static SLOW: AtomicU32 = AtomicU32::new(0);

#[job(executor = PgBoss, options(retry_limit = 1, expire_in = "5m", heartbeat = 60))]
async fn x10_slow(_: ()) -> u32 {
    SLOW.fetch_add(1, Ordering::Relaxed)
}

/// Takes the due job as a worker that then dies would.
async fn die_with_a_job(database: &Database) {
    let take = "UPDATE pgboss.job SET state = 'active', started_on = $1, heartbeat_on = $1 WHERE name = 'x10_slow'";
    let taken = sqlx::query(take).bind(begin()).execute(database.pool());
    assert_eq!(taken.await.unwrap().rows_affected(), 1);
}

#[tokio::test]
async fn x10_a_dead_worker_s_job_runs_again_when_its_signs_of_life_are_overdue() {
    let database = Database::new().await;
    let boss = still::<X10Slow>(&database).await;
    X10Slow::run_now().on(&boss).submit(()).await.unwrap();
    die_with_a_job(&database).await;
    boss.travel("1m").await.unwrap();
    assert!(boss.drain().await.unwrap().is_empty());
    boss.travel("1s").await.unwrap();
    // What was lost with its process comes back after some seconds.
    assert!(boss.drain().await.unwrap().is_empty());
    boss.travel("5s").await.unwrap();
    let ran = boss.drain().await.unwrap();
    assert_eq!(states(&ran), [("x10_slow", 2, JobState::Completed)]);
}

#[tokio::test]
async fn x10_retention_and_deletion_are_shown_by_travelling() {
    let database = Database::new().await;
    let boss = still::<X10Bury>(&database).await;
    let ended = X10Bury::run_now().delete_after("1h").on(&boss);
    let ended = ended.submit(()).await.unwrap();
    boss.drain().await.unwrap();
    let forgotten = X10Bury::run_now().retention("2h").on(&boss);
    let forgotten = forgotten.submit(()).await.unwrap();
    boss.travel(HOUR + Duration::from_secs(1)).await.unwrap();
    // The one that waits is still to run; nobody drains these queues.
    let other = still_there::<X10Post>(&database).await;
    assert_eq!(
        output_of(&ended).await.unwrap_err().kind(),
        ErrorKind::Deleted
    );
    assert!(forgotten.pg_boss().details().await.is_ok());
    other.travel(HOUR).await.unwrap();
    assert!(boss.drain().await.unwrap().is_empty());
    assert_eq!(
        output_of(&forgotten).await.unwrap_err().kind(),
        ErrorKind::Deleted
    );
}

/// Another executor on the same schema and its clock, which tidies and runs nothing of these tests.
async fn still_there<Jobs: JobSet>(database: &Database) -> PgBoss {
    let boss = only::<Jobs>(database).test_clock(true).connect();
    let boss = boss.await.unwrap();
    boss.drain().await.unwrap();
    boss
}

#[tokio::test]
async fn x10_what_was_submitted_is_asserted_with_its_types() {
    let database = Database::new().await;
    let boss = still::<X10Post>(&database).await;
    X10Post::delay("2031-03-06T00:00:00Z")
        .on(&boss)
        .submit(letter("Ann"))
        .await
        .unwrap();
    X10Post::run_now()
        .on(&boss)
        .priority(3)
        .submit(letter("Bob"))
        .await
        .unwrap();
    let all = boss.submitted::<X10Post>().await.unwrap();
    let inputs: Vec<&str> = all.iter().map(|one| one.input.to.as_str()).collect();
    assert_eq!(inputs, ["Ann", "Bob"]);
    let bob = assert_submitted::<X10Post>(&boss, |letter| letter.to == "Bob").await;
    assert_eq!(
        (bob.priority, bob.state, bob.created_on),
        (3, JobState::Created, begin())
    );
    assert_not_submitted::<X10Post>(&boss, |letter| letter.to == "Eve").await;
    let missing = {
        let boss = boss.clone();
        tokio::spawn(async move {
            assert_submitted::<X10Post>(&boss, |letter| letter.to == "Eve").await;
        })
    };
    let message = missing.await.unwrap_err().into_panic();
    let message = message.downcast_ref::<String>().unwrap();
    for part in [
        "travelling.rs",
        "`x10_post`",
        r#"{"to":"Ann"}"#,
        "2031-03-06",
        r#"{"to":"Bob"}"#,
    ] {
        assert!(message.contains(part), "{message}");
    }
}

#[tokio::test]
async fn x10_a_started_executor_sees_the_new_time_at_once_and_is_not_drained() {
    let database = Database::new().await;
    let boss = started::<X10Post>(&database).await;
    let job = X10Post::delay(3600)
        .on(&boss)
        .submit(letter("Ann"))
        .await
        .unwrap();
    let refused = boss.drain().await.unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::Refused);
    assert!(refused.to_string().contains("work(false)"), "{refused}");
    boss.travel(HOUR).await.unwrap();
    assert_eq!(output_of(&job).await.unwrap(), "to Ann");
    boss.stop().await.unwrap();
}

#[tokio::test]
async fn x10_a_started_executor_tidies_when_its_day_has_passed() {
    let database = Database::new().await;
    let boss = started::<X10Post>(&database).await;
    let job = X10Post::run_now().delete_after("1h").on(&boss);
    let job = job.submit(letter("Ann")).await.unwrap();
    output_of(&job).await.unwrap();
    boss.travel("1d").await.unwrap();
    boss.travel("1h").await.unwrap();
    tests::eventually("the ended job is removed", async || {
        job.pg_boss().details().await.is_err()
    })
    .await;
    boss.stop().await.unwrap();
}

#[tokio::test]
async fn x10_a_pool_of_the_users_travels_too_and_so_does_a_connection_of_his_own() {
    let database = Database::new().await;
    let pool = PgPoolOptions::new()
        .max_connections(3)
        .connect(database.url())
        .await
        .unwrap();
    let builder = PgBoss::builder().pool(pool.clone()).schedule(false);
    let boss = builder.only::<X10Post>().connect().await.unwrap();
    // Both connections are open before time is moved.
    drop(pool.acquire().await.unwrap());
    let mut own = database.pool().begin().await.unwrap();
    boss.travel_to(BEGIN).await.unwrap();
    let job = X10Post::run_now()
        .on(&boss)
        .submit_in(&mut own, letter("Ann"))
        .await
        .unwrap();
    own.commit().await.unwrap();
    assert_eq!(job.pg_boss().details().await.unwrap().created_on, begin());
    assert_eq!(boss.drain().await.unwrap().len(), 1);
}

#[tokio::test]
async fn x10_a_connection_that_the_application_holds_does_not_keep_time_from_moving() {
    let database = Database::new().await;
    let boss = only::<X10Post>(&database).connect().await.unwrap();
    let _open = boss.pool().begin().await.unwrap();
    boss.travel_to(BEGIN).await.unwrap();
    X10Post::run_now()
        .on(&boss)
        .submit(letter("Ann"))
        .await
        .unwrap();
    assert_eq!(
        boss.submitted::<X10Post>().await.unwrap()[0].created_on,
        begin()
    );
}

#[tokio::test]
async fn x10_times_that_are_none_are_refused() {
    let database = Database::new().await;
    let boss = only::<X10Post>(&database).connect().await.unwrap();
    let wrong = boss.travel("soon").await.unwrap_err();
    assert!(
        wrong.to_string().starts_with("the time to travel is wrong"),
        "{wrong}"
    );
    let back = boss.travel(TimeDelta::hours(-1)).await.unwrap_err();
    assert!(back.to_string().contains("negative"), "{back}");
    let never = boss.travel_to("tomorrow").await.unwrap_err();
    for error in [wrong, back, never] {
        assert_eq!(error.kind(), ErrorKind::BadInput);
    }
}

#[tokio::test]
async fn x10_time_is_not_moved_by_accident_where_the_schema_has_been_at_work() {
    let database = Database::new().await;
    let boss = only::<X10Post>(&database).connect().await.unwrap();
    boss.drain().await.unwrap();
    let aged =
        "UPDATE pgboss.queue SET created_on = now() - interval '25 hours' WHERE name = 'x10_post'";
    sqlx::raw_sql(aged).execute(database.pool()).await.unwrap();
    for refused in [boss.travel(HOUR).await, boss.travel_to(BEGIN).await] {
        let refused = refused.unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::Refused);
        assert!(
            refused.to_string().contains("test_clock(true)"),
            "{refused}"
        );
    }
    let allowed = only::<X10Post>(&database).test_clock(true).connect();
    allowed.await.unwrap().travel_to(BEGIN).await.unwrap();
    // Now it is a test's.
    boss.travel(HOUR).await.unwrap();
}

#[job(executor = PgBoss)]
async fn x10_calls_off(id: uuid::Uuid, ctx: Context<X10CallsOff>) -> Result<bool, JobError> {
    let other = SubmittedJob::<X10Post>::track(id).on(ctx.executor());
    Ok(other.pg_boss().cancel().await?)
}

#[tokio::test]
async fn x10_a_job_that_another_one_cancels_before_its_turn_does_not_run() {
    let database = Database::new().await;
    let boss = still::<(X10Post, X10CallsOff)>(&database).await;
    let post = X10Post::run_now()
        .on(&boss)
        .submit(letter("Ann"))
        .await
        .unwrap();
    let canceller = X10CallsOff::run_now().on(&boss).priority(1);
    canceller.submit(post.job_id).await.unwrap();
    let ran = boss.drain().await.unwrap();
    assert_eq!(states(&ran), [("x10_calls_off", 1, JobState::Completed)]);
    assert_eq!(
        output_of(&post).await.unwrap_err().kind(),
        ErrorKind::Cancelled
    );
}

#[tokio::test]
async fn x10_a_drain_lets_jobs_go_that_waited_for_others() {
    let database = Database::new().await;
    let boss = still::<(X10Post, X10Bury)>(&database).await;
    let child = X10Bury::run_now().on(&boss).submit(()).await.unwrap();
    let parent = X10Post::run_now()
        .on(&boss)
        .submit(letter("Ann"))
        .await
        .unwrap();
    let wait = "WITH edge AS (
                    INSERT INTO pgboss.job_dependency (child_name, child_id, parent_name, parent_id)
                    VALUES ('x10_bury', $1, 'x10_post', $2))
                UPDATE pgboss.job
                   SET blocked = id = $1, blocking = id = $2, pending_dependencies = CASE WHEN id = $1 THEN 1 ELSE 0 END
                 WHERE id IN ($1, $2)";
    let wait = sqlx::query(wait).bind(child.job_id).bind(parent.job_id);
    wait.execute(database.pool()).await.unwrap();
    let ran = boss.drain().await.unwrap();
    let order: Vec<_> = ran.iter().map(|one| one.id).collect();
    assert_eq!(order, [parent.job_id, child.job_id]);
}

#[tokio::test]
async fn x10_a_started_executor_runs_what_its_schedules_had_due_in_the_time_that_passed() {
    let database = Database::new().await;
    let boss = keeping_time::<X10Hourly>(&database).await;
    boss.start().await.unwrap();
    boss.travel(2 * HOUR).await.unwrap();
    tests::eventually("both occurrences have run", async || {
        let jobs = boss.submitted::<X10Hourly>().await.unwrap();
        jobs.len() == 2 && jobs.iter().all(|job| job.state == JobState::Completed)
    })
    .await;
    boss.stop().await.unwrap();
}
