//! Connections that are lost while the server answers: what it did is found again.

use std::time::Duration;

use jobs_pg::JobState;
use jobs_pg::prelude::*;
use sqlx::{Postgres, Transaction};
use tests::{Database, Log, Moment, Proxy, eventually};
use tokio::time::timeout;

use super::{execute, on};

/// Returns its input, and which attempt it is.
#[job(executor = PgBoss, options(retry_limit = 0))]
async fn hs_answered(word: String, ctx: Context<HsAnswered>) -> (String, u32) {
    (word, ctx.job.attempt)
}

/// One job of each group at a time.
#[job(executor = PgBoss, options(retry_limit = 0), worker(group_concurrency = 1))]
async fn hs_answered_alone(word: String) -> String {
    word
}

/// What another job of the same process does meanwhile.
#[job(executor = PgBoss, options(retry_limit = 0))]
async fn hs_beside() {}

async fn started(database: &Database, url: &str) -> PgBoss {
    let boss = on(database)
        .url(url)
        .only::<(HsAnswered, HsAnsweredAlone, HsBeside)>();
    let boss = boss.connect().await.unwrap();
    boss.start().await.unwrap();
    boss
}

const TAKE_LOCK: &str = "SELECT pg_advisory_xact_lock(1)";
const WAIT_FOR_LOCK: &str = "PERFORM pg_advisory_xact_lock(1)";

/// Makes the first fetch of a queue fail or wait.
async fn disturb(database: &Database, queue: &str, what: &str) {
    let trigger = format!(
        "CREATE FUNCTION disturb() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {what}; RETURN NEW; END $$; \
         CREATE TRIGGER disturb BEFORE UPDATE ON pgboss.job_common FOR EACH ROW \
         WHEN (NEW.name = '{queue}' AND NEW.state = 'active') EXECUTE FUNCTION disturb()"
    );
    execute(database.pool(), trigger).await;
}

/// Takes the advisory lock that a disturbed fetch waits for.
async fn hold_lock(database: &Database) -> Transaction<'static, Postgres> {
    let mut lock = database.pool().begin().await.unwrap();
    sqlx::raw_sql(TAKE_LOCK).execute(&mut *lock).await.unwrap();
    lock
}

async fn a_fetch_waits(database: &Database) {
    eventually("a fetch waits for the lock", async || {
        database.waiting_for_locks().await == 1
    })
    .await;
}

async fn end_disturbance(database: &Database) {
    execute(database.pool(), "DROP FUNCTION disturb CASCADE").await;
}

#[tokio::test]
async fn jobs_whose_fetch_was_answered_to_a_dead_connection_run_at_once() {
    let database = Database::new().await;
    let proxy = Proxy::new(database.url(), Moment::Answer, "cut this answer").await;
    let boss = started(&database, proxy.url()).await;
    let jobs = HsAnswered::run_now().on(&boss);
    let words = ["cut this answer", "one", "two", "three"].map(str::to_owned);
    let jobs = jobs.submit_many(words.clone()).await.unwrap();
    for (word, job) in words.iter().zip(&jobs) {
        // The first attempt: without a retry, nothing but this very fetch can run them.
        assert_eq!(job.output().await.unwrap(), (word.clone(), 1));
    }
    assert_eq!(proxy.cuts(), 1);
    boss.stop().await.unwrap();
}

#[tokio::test]
async fn jobs_of_a_limited_queue_whose_fetch_was_answered_to_a_dead_connection_run_at_once() {
    let database = Database::new().await;
    let proxy = Proxy::new(database.url(), Moment::Answer, "cut this answer").await;
    let boss = started(&database, proxy.url()).await;
    let job = HsAnsweredAlone::run_now().on(&boss).group("one");
    let job = job.submit("cut this answer".into()).await.unwrap();
    assert_eq!(job.output().await.unwrap(), "cut this answer");
    assert_eq!(proxy.cuts(), 1);
    boss.stop().await.unwrap();
}

#[tokio::test]
async fn an_outcome_whose_answer_was_lost_is_not_taken_for_lost() {
    let database = Database::new().await;
    let log = Log::new();
    let proxy = Proxy::new(
        database.url(),
        Moment::AfterRequest,
        "{\"value\":[\"cut after this",
    )
    .await;
    let boss = started(&database, proxy.url()).await;
    let job = HsAnswered::run_now().on(&boss);
    let job = job.submit("cut after this".into()).await.unwrap();
    assert_eq!(job.output().await.unwrap(), ("cut after this".into(), 1));
    eventually("the settler can write again", async || {
        !log.lines(&["the database answers again"]).is_empty()
    })
    .await;
    assert_eq!(proxy.cuts(), 1);
    assert_eq!(
        log.lines(&["no longer this worker's"]),
        Vec::<String>::new()
    );
    boss.stop().await.unwrap();
}

#[tokio::test]
async fn a_fetch_that_fails_on_one_limited_queue_does_not_lose_what_came_from_others() {
    let database = Database::new().await;
    let log = Log::new();
    let boss = started(&database, database.url()).await;
    disturb(&database, "hs_answered_alone", "RAISE 'not this one'").await;
    let alone = HsAnsweredAlone::run_now().on(&boss).group("one");
    let alone = alone.submit("alone".into()).await.unwrap();
    for beside in HsBeside::run_now()
        .on(&boss)
        .submit_many([(); 30])
        .await
        .unwrap()
    {
        beside.output().await.unwrap();
    }
    eventually("the fetch has failed", async || {
        !log.lines(&["cannot fetch jobs", "not this one"]).is_empty()
    })
    .await;
    end_disturbance(&database).await;
    assert_eq!(alone.output().await.unwrap(), "alone");
    boss.stop().await.unwrap();
}

#[tokio::test]
async fn a_fetch_that_takes_too_long_is_given_up_by_the_server_and_takes_no_jobs() {
    let database = Database::new().await;
    let log = Log::new();
    let boss = started(&database, database.url()).await;
    disturb(&database, "hs_answered", "PERFORM pg_sleep(60)").await;
    let jobs = HsAnswered::run_now().on(&boss);
    let jobs = jobs
        .submit_many(["one", "two"].map(str::to_owned))
        .await
        .unwrap();
    eventually("the server has given up", async || {
        !log.lines(&["cannot fetch jobs", "statement timeout"])
            .is_empty()
    })
    .await;
    end_disturbance(&database).await;
    for job in jobs {
        assert_eq!(job.output().await.unwrap().1, 1);
    }
    boss.stop().await.unwrap();
}

#[tokio::test]
async fn what_was_fetched_when_the_worker_stops_is_released() {
    let database = Database::new().await;
    let proxy = Proxy::new(database.url(), Moment::Answer, "cut this answer").await;
    let boss = started(&database, proxy.url()).await;
    // Fetching waits until the stop has begun, and its answer is lost besides.
    disturb(&database, "hs_answered", WAIT_FOR_LOCK).await;
    let lock = hold_lock(&database).await;
    let job = HsAnswered::run_now().on(&boss);
    let job = job.submit("cut this answer".into()).await.unwrap();
    a_fetch_waits(&database).await;
    {
        let stop = boss.stop();
        tokio::pin!(stop);
        // Begun, and it waits for the fetch.
        assert!(timeout(Duration::from_millis(50), &mut stop).await.is_err());
        lock.rollback().await.unwrap();
        stop.await.unwrap();
    }
    let row = job.pg_boss().details().await.unwrap();
    assert_eq!((row.state, row.started_on), (JobState::Created, None));
    assert_eq!(proxy.cuts(), 1);
}

#[tokio::test]
async fn a_slow_fetch_of_a_queue_with_limits_does_not_hold_up_the_others() {
    let database = Database::new().await;
    let boss = started(&database, database.url()).await;
    disturb(&database, "hs_answered_alone", WAIT_FOR_LOCK).await;
    let lock = hold_lock(&database).await;
    let slow = HsAnsweredAlone::run_now().on(&boss).group("one");
    let slow = slow.submit("slow".into()).await.unwrap();
    a_fetch_waits(&database).await;
    let beside = HsBeside::run_now()
        .on(&boss)
        .submit_many([(); 20])
        .await
        .unwrap();
    for job in &beside {
        job.output().await.unwrap();
    }
    // They ended while the other queue's fetch was still under way.
    assert_eq!(
        slow.pg_boss().details().await.unwrap().state,
        JobState::Created
    );
    lock.rollback().await.unwrap();
    assert_eq!(slow.output().await.unwrap(), "slow");
    boss.stop().await.unwrap();
}
