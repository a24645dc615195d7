//! The executor in memory, as a user's unit tests use it.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::sync::Mutex;
use std::time::Duration;

use jobs_core::testing::{Ran, assert_not_submitted, assert_submitted};
use jobs_core::{Context, ErrorKind, Job, JobError, JobState, Memory, Submission, job};
use serde_json::json;

const HOUR: Duration = Duration::from_secs(3600);

fn outcomes(ran: &[Ran]) -> Vec<(&str, u32, JobState)> {
    ran.iter()
        .map(|one| (one.name.as_str(), one.attempt, one.state))
        .collect()
}

#[job(executor = Memory)]
async fn add(numbers: (i32, i32)) -> i32 {
    numbers.0 + numbers.1
}

#[job(executor = Memory, options(retry_limit = 2, retry_delay = 60, dead_letter = "bury"))]
async fn fails(_: ()) -> Result<(), std::num::ParseIntError> {
    "x".parse::<i32>().map(drop)
}

#[job(executor = Memory)]
async fn bury(input: serde_json::Value) -> serde_json::Value {
    input
}

fn submission<J: Job<Executor = Memory>>(memory: &Memory) -> Submission<J> {
    Submission::new().on(memory)
}

#[tokio::test]
async fn a_job_runs_when_it_is_drained_and_not_before() {
    let memory = Memory::new();
    let job = submission::<Add>(&memory).submit((1, 2)).await.unwrap();
    let early = job.output().await.unwrap_err();
    assert_eq!(early.kind(), ErrorKind::Refused);
    assert!(early.to_string().contains("drain()"), "{early}");
    let ran = memory.drain().await.unwrap();
    assert_eq!(outcomes(&ran), [("add", 1, JobState::Completed)]);
    assert_eq!(
        (ran[0].id, ran[0].output.clone()),
        (job.job_id, Some(json!({ "value": 3 })))
    );
    assert_eq!(job.output().await.unwrap(), 3);
    assert!(memory.drain().await.unwrap().is_empty());
}

#[tokio::test]
async fn a_delayed_job_waits_until_the_clock_is_moved() {
    let memory = Memory::new();
    let begun = memory.now();
    Add::delay(3600).on(&memory).submit((1, 1)).await.unwrap();
    Add::run_at(begun + 2 * HOUR)
        .on(&memory)
        .submit((2, 2))
        .await
        .unwrap();
    assert!(memory.drain().await.unwrap().is_empty());
    assert_eq!(memory.travel(HOUR), begun + HOUR);
    assert_eq!(memory.drain().await.unwrap().len(), 1);
    memory.travel_to("2100-01-01T00:00:00Z").unwrap();
    assert_eq!(memory.drain().await.unwrap().len(), 1);
    assert_eq!(
        memory.travel_to("tomorrow").unwrap_err().kind(),
        ErrorKind::BadInput
    );
}

#[tokio::test]
async fn retries_wait_their_delay_and_the_last_failure_goes_to_the_dead_letter_queue() {
    let memory = Memory::new();
    let job = submission::<Fails>(&memory).submit(()).await.unwrap();
    let mut ran = memory.drain().await.unwrap();
    assert!(memory.drain().await.unwrap().is_empty());
    for _ in 0..2 {
        memory.travel(Duration::from_secs(60));
        ran.extend(memory.drain().await.unwrap());
    }
    assert_eq!(
        outcomes(&ran),
        [
            ("fails", 1, JobState::Retry),
            ("fails", 2, JobState::Retry),
            ("fails", 3, JobState::Failed),
            ("bury", 1, JobState::Completed),
        ]
    );
    let error = job.output().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Failed);
    let failure = std::error::Error::source(&error).unwrap().to_string();
    assert_eq!(failure, "invalid digit found in string");
}

#[tokio::test]
async fn a_growing_retry_delay_takes_the_longest_that_it_may_take() {
    let memory = Memory::new();
    let growing = submission::<Fails>(&memory)
        .retry_limit(9)
        .retry_delay(10)
        .retry_backoff(true)
        .retry_delay_max(30);
    growing.submit(()).await.unwrap();
    memory.drain().await.unwrap();
    let due_in = || {
        let [job] = memory.submitted::<Fails>().unwrap().try_into().unwrap();
        (job.start_after - memory.now()).num_seconds()
    };
    assert_eq!(due_in(), 20);
    memory.travel(Duration::from_secs(20));
    memory.drain().await.unwrap();
    assert_eq!(due_in(), 30);
}

#[job(executor = Memory)]
async fn says(word: String, ctx: Context<Says>) -> Result<(), JobError> {
    let first = ctx.job.attempt == 1 && ctx.job.retry_limit > 0;
    ctx.app::<Mutex<Vec<String>>>()
        .lock()
        .unwrap()
        .push(word.clone());
    match word.as_str() {
        "snooze" if ctx.job.start_after == ctx.job.created_on => Err(JobError::snooze(HOUR)),
        "later" if first => Err(JobError::retry_in("not yet", HOUR)),
        "cancel" => Err(JobError::cancel("no longer wanted")),
        "panic" => panic!("out of words"),
        _ => Ok(()),
    }
}

#[tokio::test]
async fn jobs_run_by_priority_and_age_and_each_outcome_leaves_its_state() {
    let memory = Memory::new().provide(Mutex::new(Vec::<String>::new()));
    for word in ["snooze", "later", "cancel", "panic"] {
        submission::<Says>(&memory)
            .retry_limit(1)
            .submit(word.into())
            .await
            .unwrap();
    }
    submission::<Says>(&memory)
        .priority(1)
        .submit("first".into())
        .await
        .unwrap();
    let ran = memory.drain().await.unwrap();
    assert_eq!(
        ran.iter().map(|one| one.state).collect::<Vec<_>>(),
        [
            JobState::Completed,
            JobState::Created,
            JobState::Retry,
            JobState::Cancelled,
            JobState::Retry,
            JobState::Failed,
        ]
    );
    assert_eq!(ran[5].output.as_ref().unwrap()["name"], "Panic");
    memory.travel(HOUR);
    let again = memory.drain().await.unwrap();
    // A snooze is no attempt.
    assert_eq!(
        outcomes(&again),
        [
            ("says", 1, JobState::Completed),
            ("says", 2, JobState::Completed)
        ]
    );
}

#[job(executor = Memory)]
async fn needs(ctx: Context<Needs>) -> u8 {
    *ctx.app::<u8>()
}

#[tokio::test]
async fn a_job_that_asks_for_a_missing_value_is_an_error_of_drain_and_its_attempt_is_not_counted() {
    let memory = Memory::new();
    let needs = submission::<Needs>(&memory).retry_limit(0).submit(());
    let needs = needs.await.unwrap();
    let adds = submission::<Add>(&memory).submit((1, 2)).await.unwrap();
    let error = memory.drain().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Configuration);
    let message = format!(
        "job {} in queue `needs` cannot run: no `u8` was provided; add `.provide(value)`",
        needs.job_id
    );
    assert!(error.to_string().starts_with(&message), "{error}");
    assert_eq!(adds.output().await.unwrap(), 3);

    let waiting = assert_submitted::<Needs>(&memory, |()| true).await;
    assert_eq!(waiting.state, JobState::Created);
    let memory = memory.provide(7_u8);
    memory.travel(Duration::from_secs(60));
    let ran = memory.drain().await.unwrap();
    assert_eq!(outcomes(&ran), [("needs", 1, JobState::Completed)]);
    assert_eq!(needs.output().await.unwrap(), 7);
}

#[job(executor = Memory)]
async fn sums(ctx: Context<Sums>) -> Result<i32, JobError> {
    let [one, other] = [Add::submit((1, 2)).await?, Add::submit((3, 4)).await?];
    assert_eq!(ctx.job.attempt, 1);
    Ok(one.output().await? + other.output().await?)
}

#[tokio::test]
async fn a_job_can_wait_for_the_jobs_that_it_submits() {
    let memory = Memory::new();
    let job = submission::<Sums>(&memory).submit(()).await.unwrap();
    let ran = memory.drain().await.unwrap();
    assert_eq!(ran.len(), 3);
    assert_eq!(job.output().await.unwrap(), 10);
}

#[tokio::test]
async fn throttled_and_debounced_jobs_have_one_place_a_slot() {
    let memory = Memory::new();
    memory.travel_to("2030-01-01T00:00:10Z").unwrap();
    let throttled = || submission::<Add>(&memory).throttle(60);
    let first = throttled().submit((1, 1)).await.unwrap();
    let second = throttled().submit((2, 2)).await.unwrap();
    assert_eq!(
        (first.is_new(), second.is_new(), second.job_id),
        (true, false, first.job_id)
    );
    assert!(
        throttled()
            .singleton_key("other")
            .submit((3, 3))
            .await
            .unwrap()
            .is_new()
    );

    let debounced = || submission::<Add>(&memory).debounce(60);
    let next = debounced().submit((4, 4)).await.unwrap();
    assert!(next.is_new());
    assert!(!debounced().submit((5, 5)).await.unwrap().is_new());
    assert_eq!(memory.drain().await.unwrap().len(), 2);
    memory.travel(Duration::from_secs(51));
    let ran = memory.drain().await.unwrap();
    assert_eq!(
        ran.iter().map(|one| one.id).collect::<Vec<_>>(),
        [next.job_id]
    );
}

#[job(executor = Memory, queue(policy = "exclusive"))]
async fn alone(_: u8) {}

#[tokio::test]
async fn a_policy_and_an_id_keep_equal_jobs_out() {
    let memory = Memory::new();
    let keyed = |key: &str| submission::<Alone>(&memory).singleton_key(key);
    assert!(keyed("a").submit(1).await.unwrap().is_new());
    assert!(!keyed("a").submit(2).await.unwrap().is_new());
    assert!(keyed("b").submit(3).await.unwrap().is_new());
    memory.drain().await.unwrap();
    assert!(keyed("a").submit(4).await.unwrap().is_new());

    let id = json!({ "id": "019a0000-0000-7000-8000-000000000001" });
    let with_id = || submission::<Add>(&memory).submit_with((0, 0), id.clone());
    assert!(with_id().await.unwrap().is_new());
    assert!(!with_id().await.unwrap().is_new());
}

#[tokio::test]
async fn what_was_submitted_is_told_with_its_types() {
    let memory = Memory::new();
    memory
        .scope(async {
            Add::submit_many([(1, 2), (3, 4)]).await.unwrap();
        })
        .await;
    let all = memory.submitted::<Add>().unwrap();
    assert_eq!(
        all.iter().map(|one| one.input).collect::<Vec<_>>(),
        [(1, 2), (3, 4)]
    );
    let found = assert_submitted::<Add>(&memory, |(one, _)| *one == 3).await;
    assert_eq!((found.input, found.state), ((3, 4), JobState::Created));
    assert_not_submitted::<Add>(&memory, |(one, _)| *one == 9).await;
}

#[tokio::test]
#[should_panic(expected = "submitted were:\n")]
async fn a_failed_assert_lists_what_was_submitted_instead() {
    let memory = Memory::new();
    submission::<Add>(&memory).submit((1, 2)).await.unwrap();
    assert_submitted::<Add>(&memory, |(one, _)| *one == 9).await;
}

/// What an older version wrote, which this one does not read.
#[derive(serde::Serialize, serde::Deserialize)]
struct Older {
    #[serde(rename(serialize = "count", deserialize = "counts"))]
    count: u8,
}

#[job(executor = Memory, options(retry_limit = 1))]
async fn reads(_: Older) {}

#[job(executor = Memory, worker(batch = 5), options(retry_limit = 1, retry_delay = 60))]
async fn reads_many(_: Vec<Older>) {}

#[tokio::test]
async fn an_input_that_does_not_decode_waits_thirty_seconds_or_the_retry_delay_for_the_next_attempt()
 {
    let memory = Memory::new();
    let job = submission::<Reads>(&memory).submit(Older { count: 1 });
    let job = job.await.unwrap();
    let batch = submission::<ReadsMany>(&memory).submit(Older { count: 1 });
    batch.await.unwrap();
    let ran = memory.drain().await.unwrap();
    let (one, many) = ("reads", "reads_many");
    assert_eq!(
        outcomes(&ran),
        [(one, 1, JobState::Retry), (many, 1, JobState::Retry)]
    );

    memory.travel(Duration::from_secs(29));
    assert!(memory.drain().await.unwrap().is_empty());
    memory.travel(Duration::from_secs(1));
    assert_eq!(
        outcomes(&memory.drain().await.unwrap()),
        [(one, 2, JobState::Failed)]
    );
    let error = job.output().await.unwrap_err();
    let reason = std::error::Error::source(&error).unwrap().to_string();
    assert!(reason.contains("missing field `counts`"), "{reason}");

    memory.travel(Duration::from_secs(30));
    assert_eq!(
        outcomes(&memory.drain().await.unwrap()),
        [(many, 2, JobState::Failed)]
    );
}

#[job(executor = Memory)]
async fn parse(text: String) -> Result<i32, JobError> {
    Ok(text.parse::<i32>()?)
}

#[tokio::test]
async fn a_test_that_calls_the_function_finds_the_original_error() {
    let error = parse("x".into()).await.unwrap_err();
    assert!(error.source().unwrap().is::<std::num::ParseIntError>());
    let original = error.downcast_ref::<std::num::ParseIntError>().unwrap();
    assert_eq!(original.kind(), &std::num::IntErrorKind::InvalidDigit);
}
