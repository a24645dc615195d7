//! What a function's error, panic, input, output and time limit come to: in the row, and for the attempts to come.

use std::collections::HashMap;
use std::fmt::{Display, Formatter};
use std::time::Duration;

use jobs_pg::prelude::*;
use jobs_pg::{ErrorKind, Job, JobDetails, JobState};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tests::{Database, wait_for};

use super::{output_of, started};

/// A text that says why, over the error that says what.
#[derive(Debug)]
struct Outer(std::num::ParseIntError);

impl Display for Outer {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        f.write_str("cannot read the number")
    }
}

impl std::error::Error for Outer {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.0)
    }
}

#[job(executor = PgBoss, options(retry_limit = 1))]
async fn failure_with_a_cause(text: String) -> Result<u8, JobError> {
    Ok(text.parse().map_err(Outer)?)
}

#[job(executor = PgBoss, options(retry_limit = 5, dead_letter = "failure_morgue"))]
async fn failure_for_good() -> Result<(), JobError> {
    Err(JobError::fail("no more of this"))
}

#[job(executor = PgBoss, options(retry_limit = 1, retry_delay = "1h"))]
async fn failure_retry_in(ctx: Context<FailureRetryIn>) -> Result<u32, JobError> {
    match ctx.job.attempt {
        1 => Err(JobError::retry_in(
            "the bank is closed",
            Duration::from_secs(1),
        )),
        attempt => Ok(attempt),
    }
}

#[job(executor = PgBoss)]
async fn failure_retry_far(ctx: Context<FailureRetryFar>) -> Result<u32, JobError> {
    Err(JobError::retry_in(
        format!("attempt {}", ctx.job.attempt),
        Duration::from_secs(600),
    ))
}

#[job(executor = PgBoss, options(retry_limit = 0))]
async fn failure_snooze(ctx: Context<FailureSnooze>) -> Result<u32, JobError> {
    if ctx.job.start_after == ctx.job.created_on {
        return Err(JobError::snooze(Duration::from_secs(1)));
    }
    Ok(ctx.job.attempt)
}

#[job(executor = PgBoss)]
async fn failure_cancel() -> Result<(), JobError> {
    Err(JobError::cancel("the order is gone"))
}

#[job(executor = PgBoss, options(retry_limit = 0))]
async fn failure_panic(number: i32) {
    panic!("number {number} is too much");
}

#[job(executor = PgBoss, blocking, options(retry_limit = 0))]
fn failure_panic_blocking(numbers: Vec<u8>) -> u8 {
    *numbers.first().expect("nothing there")
}

#[derive(Serialize, Deserialize)]
struct Order {
    lines: Vec<Line>,
}

#[derive(Serialize, Deserialize)]
struct Line {
    count: u8,
}

#[job(executor = PgBoss, options(retry_limit = 5))]
async fn failure_input(order: Order) -> usize {
    order.lines.iter().map(|line| usize::from(line.count)).sum()
}

/// JSON has texts for keys alone.
#[job(executor = PgBoss, options(retry_limit = 5))]
async fn failure_output() -> HashMap<Vec<u8>, u8> {
    HashMap::from([(vec![1], 1)])
}

#[job(executor = PgBoss, options(retry_limit = 5))]
async fn failure_output_with_nul() -> String {
    "a\0b".into()
}

#[job(executor = PgBoss, options(expire_in = "1s", retry_limit = 0))]
async fn failure_takes_too_long() {
    std::future::pending::<()>().await;
}

/// Submits, and answers the row once the job has failed for good.
async fn failed<J: Job<Executor = PgBoss>>(boss: &PgBoss, input: J::Input) -> JobDetails {
    let job = boss
        .scope(jobs_pg::Submission::<J>::new().submit(input))
        .await
        .unwrap();
    assert_eq!(
        output_of(&job).await.err().map(|error| error.kind()),
        Some(ErrorKind::Failed)
    );
    job.pg_boss().details().await.unwrap()
}

fn text<'a>(row: &'a JobDetails, member: &str) -> &'a str {
    row.output
        .as_ref()
        .and_then(|output| output.value()?.get(member))
        .and_then(Value::as_str)
        .unwrap_or_default()
}

#[tokio::test]
async fn h6_an_error_is_tried_again_and_stored_with_the_chain_of_its_causes() {
    let database = Database::new().await;
    let boss = started::<FailureWithACause>(&database).await;
    let row = failed::<FailureWithACause>(&boss, "x".into()).await;
    assert_eq!((row.state, row.retry_count), (JobState::Failed, 1));
    let output = row.output.clone().unwrap();
    assert_eq!(
        (text(&row, "name"), text(&row, "message")),
        ("Outer", "cannot read the number")
    );
    assert_eq!(output["cause"]["message"], "invalid digit found in string");
    assert!(
        text(&row, "stack").contains("invalid digit found in string"),
        "{output}"
    );
    boss.stop().await.unwrap();
}

#[tokio::test]
async fn h6_an_error_for_good_is_not_tried_again_and_goes_to_the_dead_letter_queue() {
    let database = Database::new().await;
    let boss = started::<FailureForGood>(&database).await;
    let row = failed::<FailureForGood>(&boss, ()).await;
    assert_eq!(
        (row.retry_count, text(&row, "message")),
        (0, "no more of this")
    );
    let copy = "SELECT state::text, source_id FROM pgboss.job WHERE name = 'failure_morgue'";
    let copies: Vec<(String, uuid::Uuid)> = sqlx::query_as(copy)
        .fetch_all(database.pool())
        .await
        .unwrap();
    assert_eq!(copies, [("created".into(), row.id)]);
    boss.stop().await.unwrap();
}

#[tokio::test]
async fn h6_an_error_may_say_when_it_is_tried_again() {
    let database = Database::new().await;
    let boss = started::<(FailureRetryIn, FailureRetryFar)>(&database).await;
    let job = boss.scope(FailureRetryIn::submit(())).await.unwrap();
    assert_eq!(output_of(&job).await.unwrap(), 2);

    let job = boss.scope(FailureRetryFar::submit(())).await.unwrap();
    let row = wait_for("the first attempt fails", async || {
        let row = job.pg_boss().details().await.unwrap();
        (row.state == JobState::Retry).then_some(row)
    })
    .await;
    let waits = (row.start_after - row.started_on.unwrap()).num_seconds();
    assert!((600..630).contains(&waits), "{waits}");
    assert_eq!(text(&row, "message"), "attempt 1");
    boss.stop().await.unwrap();
}

#[tokio::test]
async fn h6_a_job_that_puts_itself_off_runs_again_and_no_attempt_is_counted() {
    let database = Database::new().await;
    let boss = started::<FailureSnooze>(&database).await;
    let job = boss.scope(FailureSnooze::submit(())).await.unwrap();
    assert_eq!(output_of(&job).await.unwrap(), 1);
    let row = job.pg_boss().details().await.unwrap();
    assert_eq!((row.state, row.retry_count), (JobState::Completed, 0));
    assert!(row.start_after > row.created_on, "it was not put off");
    boss.stop().await.unwrap();
}

#[tokio::test]
async fn w12_a_job_that_cancels_itself_is_cancelled_for_its_reason() {
    let database = Database::new().await;
    let boss = started::<FailureCancel>(&database).await;
    let job = boss.scope(FailureCancel::submit(())).await.unwrap();
    assert_eq!(
        output_of(&job).await.unwrap_err().kind(),
        ErrorKind::Cancelled
    );
    let row = job.pg_boss().details().await.unwrap();
    assert_eq!(
        (row.state, text(&row, "message")),
        (JobState::Cancelled, "the order is gone")
    );
    boss.stop().await.unwrap();
}

#[tokio::test]
async fn w3_a_panic_is_stored_with_its_message_and_place() {
    let database = Database::new().await;
    let boss = started::<(FailurePanic, FailurePanicBlocking)>(&database).await;
    let row = failed::<FailurePanic>(&boss, 7).await;
    assert_eq!(
        (text(&row, "name"), text(&row, "message")),
        ("Panic", "number 7 is too much")
    );
    assert!(
        text(&row, "stack").contains("mission/failures.rs:"),
        "{row:?}"
    );
    let row = failed::<FailurePanicBlocking>(&boss, vec![]).await;
    assert_eq!(
        (text(&row, "name"), text(&row, "message")),
        ("Panic", "nothing there")
    );
    assert!(
        text(&row, "stack").contains("mission/failures.rs:"),
        "{row:?}"
    );
    boss.stop().await.unwrap();
}

#[tokio::test]
async fn w10_an_input_that_does_not_decode_fails_the_attempt_and_names_the_field() {
    let database = Database::new().await;
    let boss = started::<FailureInput>(&database).await;
    let job = FailureInput::delay(600)
        .on(&boss)
        .retry_limit(0)
        .submit(Order {
            lines: vec![Line { count: 1 }],
        })
        .await
        .unwrap();
    let spoil = "UPDATE pgboss.job SET data = '{\"lines\": [{\"count\": 1}, {\"count\": 256}]}', start_after = now() WHERE id = $1";
    sqlx::query(spoil)
        .bind(job.job_id)
        .execute(database.pool())
        .await
        .unwrap();
    assert_eq!(output_of(&job).await.unwrap_err().kind(), ErrorKind::Failed);
    let row = job.pg_boss().details().await.unwrap();
    assert_eq!((row.retry_count, text(&row, "name")), (0, "BadInput"));
    assert!(text(&row, "message").contains("lines[1].count"), "{row:?}");
    boss.stop().await.unwrap();
}

#[tokio::test]
async fn w3_an_output_that_cannot_be_stored_fails_the_job_for_good() {
    let database = Database::new().await;
    let boss = started::<(FailureOutput, FailureOutputWithNul)>(&database).await;
    let row = failed::<FailureOutput>(&boss, ()).await;
    assert_eq!((row.retry_count, text(&row, "name")), (0, "BadOutput"));
    assert!(
        text(&row, "message").contains("key must be a string"),
        "{row:?}"
    );
    let row = failed::<FailureOutputWithNul>(&boss, ()).await;
    assert_eq!((row.retry_count, text(&row, "name")), (0, "BadOutput"));
    assert!(text(&row, "message").contains("NUL"), "{row:?}");
    boss.stop().await.unwrap();
}

#[tokio::test]
async fn w7_a_job_that_outlives_its_expiry_fails_with_a_timeout() {
    let database = Database::new().await;
    let boss = started::<FailureTakesTooLong>(&database).await;
    let row = failed::<FailureTakesTooLong>(&boss, ()).await;
    assert_eq!(
        (row.state, text(&row, "name")),
        (JobState::Failed, "Timeout")
    );
    assert!(text(&row, "message").contains("1s"), "{row:?}");
    boss.stop().await.unwrap();
}
