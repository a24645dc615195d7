//! Functions that take several jobs at once.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use jobs_pg::prelude::*;
use jobs_pg::{ErrorKind, Job, JobDetails, JobState};
use serde::{Deserialize, Serialize};
use serde_json::json;
use tests::{BOUND, Database, eventually};
use tokio::sync::{Notify, mpsc};
use tokio::time::timeout;
use uuid::Uuid;

use super::{idle, only, output_of, started};

/// What one job of a batch is to come to.
#[derive(Clone, Serialize, Deserialize)]
enum Fate {
    Done(u32),
    Failed,
    ForGood,
    Later,
    Snoozed,
    Cancelled,
}

/// Takes what failed for good.
#[job(executor = PgBoss)]
async fn batch_dead() {}

/// Gives each job its fate.
#[job(executor = PgBoss, worker(batch = 10), options(retry_limit = 3, retry_delay = "1h", dead_letter = "batch_dead"))]
async fn batch_of_fates(inputs: Vec<Fate>) -> Vec<Result<u32, JobError>> {
    let fates = inputs.into_iter().map(|fate| match fate {
        Fate::Done(number) => Ok(number),
        Fate::Failed => Err(JobError::new("not now")),
        Fate::ForGood => Err(JobError::fail("never")),
        Fate::Later => Err(JobError::retry_in("in a while", Duration::from_secs(600))),
        Fate::Snoozed => Err(JobError::snooze(Duration::from_secs(600))),
        Fate::Cancelled => Err(JobError::cancel("enough")),
    });
    fates.collect()
}

/// Why a job failed.
async fn failed<J: Job<Executor = PgBoss>>(job: &SubmittedJob<J>) -> String {
    let error = output_of(job).await.map(drop).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Failed);
    let output = job.pg_boss().details().await.unwrap().output.unwrap();
    output["message"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn each_job_of_a_batch_has_its_own_result() {
    let database = Database::new().await;
    let boss = idle::<BatchOfFates>(&database).await;
    let fates = [
        Fate::Done(1),
        Fate::Failed,
        Fate::ForGood,
        Fate::Later,
        Fate::Snoozed,
        Fate::Cancelled,
        Fate::Done(7),
    ];
    let jobs = BatchOfFates::run_now().on(&boss).submit_many(fates);
    let jobs = jobs.await.unwrap();
    let working = started::<BatchOfFates>(&database).await;
    assert_eq!(output_of(&jobs[0]).await.unwrap(), 1);
    assert_eq!(output_of(&jobs[6]).await.unwrap(), 7);
    let cancelled = output_of(&jobs[5]).await.unwrap_err();
    assert_eq!(cancelled.kind(), ErrorKind::Cancelled);
    let mut rows: Vec<JobDetails> = Vec::new();
    for job in &jobs {
        eventually("no job is active", async || {
            let row = job.pg_boss().details().await.unwrap();
            !matches!(row.state, JobState::Active)
        })
        .await;
        rows.push(job.pg_boss().details().await.unwrap());
    }
    let states: Vec<JobState> = rows.iter().map(|row| row.state).collect();
    let expected = [
        JobState::Completed,
        JobState::Retry,
        JobState::Failed,
        JobState::Retry,
        JobState::Created,
        JobState::Cancelled,
        JobState::Completed,
    ];
    assert_eq!(states, expected);
    assert_eq!(rows[1].output.as_ref().unwrap()["message"], "not now");
    let wait = |row: &JobDetails| (row.start_after - row.created_on).num_minutes();
    assert_eq!(
        (wait(&rows[1]), wait(&rows[3]), wait(&rows[4])),
        (60, 10, 10)
    );
    let dead = "SELECT source_id FROM pgboss.job WHERE name = 'batch_dead'";
    let dead: Vec<Uuid> = sqlx::query_scalar(dead)
        .fetch_all(database.pool())
        .await
        .unwrap();
    assert_eq!(dead, [jobs[2].job_id]);
    working.stop().await.unwrap();
    boss.stop().await.unwrap();
}

type Calls = mpsc::UnboundedSender<Vec<u32>>;

/// Tells which inputs it was called with, and which jobs it sees.
#[job(executor = PgBoss, worker(batch = 4, concurrency = 2))]
async fn batch_is_told(inputs: Vec<u32>, ctx: Context<BatchIsTold>) {
    assert_eq!(ctx.batch().len(), inputs.len());
    assert_eq!(ctx.batch()[0], ctx.job);
    let by_priority: Vec<u32> = ctx
        .batch()
        .iter()
        .map(|job| u32::try_from(job.priority).unwrap())
        .collect();
    assert_eq!(by_priority, inputs);
    ctx.app::<Calls>().send(inputs).unwrap();
}

#[tokio::test]
async fn a_batch_holds_as_many_jobs_as_it_may_in_their_order() {
    let database = Database::new().await;
    let boss = idle::<BatchIsTold>(&database).await;
    let mut jobs = Vec::new();
    for number in 1..=10 {
        let submission = BatchIsTold::run_now().on(&boss).priority(number);
        let input = u32::try_from(number).unwrap();
        jobs.push(submission.submit(input).await.unwrap());
    }
    let (tell, mut calls) = mpsc::unbounded_channel();
    let working = only::<BatchIsTold>(&database).provide::<Calls>(tell);
    let working = working.connect().await.unwrap();
    working.start().await.unwrap();
    for job in &jobs {
        output_of(job).await.unwrap();
        let row = job.pg_boss().details().await.unwrap();
        assert_eq!(row.output, None);
    }
    let mut sizes = Vec::new();
    let mut seen = Vec::new();
    while let Ok(mut call) = calls.try_recv() {
        sizes.push(call.len());
        seen.append(&mut call);
    }
    assert_eq!(sizes.iter().max(), Some(&4), "{sizes:?}");
    assert_eq!(seen[..4], [10, 9, 8, 7]);
    seen.sort_unstable();
    assert_eq!(seen, (1..=10).collect::<Vec<_>>());
    working.stop().await.unwrap();
    boss.stop().await.unwrap();
}

/// Wants numbers, and fails all of them together.
#[job(executor = PgBoss, worker(batch = 5), options(retry_limit = 0))]
async fn batch_fails(inputs: Vec<u32>) -> Result<(), std::io::Error> {
    Err(std::io::Error::other(format!("{inputs:?}")))
}

#[tokio::test]
async fn an_input_that_does_not_decode_fails_alone_and_an_error_fails_the_rest() {
    let database = Database::new().await;
    let boss = idle::<BatchFails>(&database).await;
    let jobs = BatchFails::run_now().on(&boss).submit_many([1, 2, 3]);
    let jobs = jobs.await.unwrap();
    let broken = "UPDATE pgboss.job SET data = '\"two\"' WHERE id = $1";
    let broken = sqlx::query(broken).bind(jobs[1].job_id);
    broken.execute(database.pool()).await.unwrap();
    let working = started::<BatchFails>(&database).await;
    let mut outputs = Vec::new();
    for job in &jobs {
        output_of(job).await.unwrap_err();
        outputs.push(job.pg_boss().details().await.unwrap().output.unwrap());
    }
    assert_eq!(outputs[0]["message"], "[1, 3]");
    assert_eq!(outputs[2], outputs[0]);
    assert_eq!(outputs[1]["name"], "BadInput");
    working.stop().await.unwrap();
    boss.stop().await.unwrap();
}

/// Gives one result too few, or panics.
#[job(executor = PgBoss, blocking, worker(batch = 5), options(retry_limit = 0))]
fn batch_falls_short(
    mut inputs: Vec<u32>,
    ctx: Context<BatchFallsShort>,
) -> Result<Vec<Result<u32, JobError>>, JobError> {
    assert!(*ctx.app::<bool>(), "no such day");
    inputs.pop();
    Ok(inputs.into_iter().map(Ok).collect())
}

#[tokio::test]
async fn a_blocking_batch_that_gives_too_few_results_fails_the_last_jobs_and_a_panic_fails_all() {
    for is_calm in [true, false] {
        let database = Database::new().await;
        let boss = idle::<BatchFallsShort>(&database).await;
        let jobs = BatchFallsShort::run_now().on(&boss).submit_many([1, 2]);
        let jobs = jobs.await.unwrap();
        let working = only::<BatchFallsShort>(&database).provide(is_calm);
        let working = working.connect().await.unwrap();
        working.start().await.unwrap();
        if is_calm {
            assert_eq!(output_of(&jobs[0]).await.unwrap(), 1);
            let reason = failed(&jobs[1]).await;
            assert!(reason.contains("1 results for 2 jobs"), "{reason}");
        } else {
            assert_eq!(failed(&jobs[0]).await, "no such day");
            assert_eq!(failed(&jobs[1]).await, "no such day");
        }
        working.stop().await.unwrap();
        boss.stop().await.unwrap();
    }
}

/// Lets the test act while the batch runs.
#[derive(Default)]
struct Pause {
    reached: Notify,
    go_on: Notify,
}

/// Waits for the test, or until all its jobs are called off.
#[job(executor = PgBoss, worker(batch = 5), options(heartbeat = "10s"))]
async fn batch_is_called_off(
    inputs: Vec<u32>,
    ctx: Context<BatchIsCalledOff>,
) -> Vec<Result<u32, JobError>> {
    let pause = ctx.app::<Arc<Pause>>();
    pause.reached.notify_one();
    tokio::select! {
        () = pause.go_on.notified() => {}
        () = ctx.cancelled() => pause.reached.notify_one(),
    }
    inputs.into_iter().map(Ok).collect()
}

#[tokio::test]
async fn a_job_that_is_cancelled_leaves_its_batch_and_all_of_them_call_it_off() {
    let database = Database::new().await;
    let boss = idle::<BatchIsCalledOff>(&database).await;
    let pause = Arc::new(Pause::default());
    let working = only::<BatchIsCalledOff>(&database).provide(Arc::clone(&pause));
    let working = working.connect().await.unwrap();
    let submit = async || {
        let submission = BatchIsCalledOff::run_now().on(&boss);
        submission.submit_many([1, 2]).await.unwrap()
    };
    let jobs = submit().await;
    working.start().await.unwrap();
    timeout(BOUND, pause.reached.notified()).await.unwrap();
    jobs[0].pg_boss().cancel().await.unwrap();
    pause.go_on.notify_one();
    assert_eq!(output_of(&jobs[1]).await.unwrap(), 2);
    let row = jobs[0].pg_boss().details().await.unwrap();
    assert_eq!(row.state, JobState::Cancelled);

    let jobs = submit().await;
    timeout(BOUND, pause.reached.notified()).await.unwrap();
    for job in &jobs {
        job.pg_boss().cancel().await.unwrap();
    }
    // The heartbeat notices, and the function hears of it.
    timeout(BOUND, pause.reached.notified()).await.unwrap();
    working.stop().await.unwrap();
    boss.stop().await.unwrap();
}

/// Takes longer than the expiry of one second, or for ever.
#[job(executor = PgBoss, worker(batch = 2), options(retry_limit = 0))]
async fn batch_takes_long(ends: Vec<bool>) {
    if !ends[0] {
        std::future::pending::<()>().await;
    }
    tokio::time::sleep(Duration::from_millis(1500)).await;
}

#[tokio::test]
async fn a_batch_may_take_as_long_as_its_most_patient_job() {
    // Priorities, so that each batch has jobs of one kind.
    const CALM: i32 = 2;
    const HASTY: i32 = 1;
    let database = Database::new().await;
    let boss = idle::<BatchTakesLong>(&database).await;
    let submit = async |expiry: u64, priority| {
        let submission = BatchTakesLong::run_now().on(&boss).priority(priority);
        let submission = submission.expire_in(Duration::from_secs(expiry));
        submission.submit(priority == CALM).await.unwrap()
    };
    let calm = [submit(1, CALM).await, submit(60, CALM).await];
    let hasty = [submit(1, HASTY).await, submit(1, HASTY).await];
    // A supervisor would expire the hasty one of the calm batch by itself.
    let working = only::<BatchTakesLong>(&database).supervise(false);
    let working = working.connect().await.unwrap();
    working.start().await.unwrap();
    for job in &calm {
        output_of(job).await.unwrap();
    }
    for job in &hasty {
        let reason = failed(job).await;
        assert!(reason.contains("expiry of 1s"), "{reason}");
    }
    working.stop().await.unwrap();
    boss.stop().await.unwrap();
}

/// Never ends by itself.
#[job(executor = PgBoss, worker(batch = 3))]
async fn batch_outlasts(inputs: Vec<()>, ctx: Context<BatchOutlasts>) {
    ctx.app::<Mutex<Option<mpsc::UnboundedSender<usize>>>>()
        .lock()
        .unwrap()
        .take()
        .unwrap()
        .send(inputs.len())
        .unwrap();
    std::future::pending::<()>().await;
}

#[tokio::test]
async fn a_batch_that_outlasts_the_stop_goes_back_whole() {
    let database = Database::new().await;
    let boss = idle::<BatchOutlasts>(&database).await;
    // What a job without input was sent does not matter.
    let jobs = BatchOutlasts::run_now().on(&boss).submit_many([(), ()]);
    let jobs = jobs.await.unwrap();
    let (tell, mut told) = mpsc::unbounded_channel::<usize>();
    let working = only::<BatchOutlasts>(&database)
        .stop_timeout(Duration::from_secs(8))
        .provide(Mutex::new(Some(tell)));
    let working = working.connect().await.unwrap();
    working.start().await.unwrap();
    assert_eq!(timeout(BOUND, told.recv()).await.unwrap(), Some(2));
    working.stop().await.unwrap();
    for job in &jobs {
        let row = job.pg_boss().details().await.unwrap();
        let state = json!([
            row.state == JobState::Created,
            row.retry_count,
            row.started_on
        ]);
        assert_eq!(state, json!([true, 0, null]));
    }
    boss.stop().await.unwrap();
}
