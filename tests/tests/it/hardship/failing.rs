//! What a function comes to that is no plain output: panics, what cannot be stored, and the end of its retries.

use std::collections::HashMap;

use jobs_pg::ErrorKind;
use jobs_pg::prelude::*;
use tests::Database;

use super::{ended, on, only_job_of};

/// Gives back a text that Postgres cannot store.
#[job(executor = PgBoss)]
async fn hs_nul_output() -> String {
    "a\0b".into()
}

/// Fails with such a text.
#[job(executor = PgBoss, options(retry_limit = 0))]
async fn hs_nul_error() -> Result<(), JobError> {
    Err(JobError::new("a\0b"))
}

/// Panics.
#[job(executor = PgBoss, options(retry_limit = 0))]
async fn hs_panic(what: String) {
    panic!("no {what} left");
}

/// Panics on the blocking pool.
#[job(executor = PgBoss, blocking, options(retry_limit = 0))]
fn hs_panic_blocking(what: String) {
    panic!("no {what} left");
}

/// Gives back a map that JSON has no keys for.
#[job(executor = PgBoss)]
async fn hs_odd_output() -> HashMap<(u8, u8), u8> {
    HashMap::from([((1, 2), 3)])
}

/// Takes what has failed for good.
#[job(executor = PgBoss)]
async fn hs_fail_dead() {}

/// Fails each time, saying which time it is.
#[job(executor = PgBoss, options(retry_limit = 2, retry_delay = 0, dead_letter = "hs_fail_dead"))]
async fn hs_fail(input: u32, ctx: Context<HsFail>) -> Result<(), JobError> {
    Err(JobError::new(format!(
        "attempt {} of {input}",
        ctx.job.attempt
    )))
}

type All = (
    HsNulOutput,
    HsNulError,
    HsPanic,
    HsPanicBlocking,
    HsOddOutput,
    HsFail,
);

async fn started(database: &Database) -> PgBoss {
    let boss = on(database).only::<All>().connect().await.unwrap();
    boss.start().await.unwrap();
    boss
}

#[tokio::test]
async fn an_output_that_cannot_be_stored_fails_the_job_for_good_and_says_so() {
    let database = Database::new().await;
    let boss = started(&database).await;
    let nul = HsNulOutput::run_now().on(&boss).submit(()).await.unwrap();
    assert_eq!(nul.output().await.unwrap_err().kind(), ErrorKind::Failed);
    let row = ended(&nul).await;
    assert_eq!(
        (row.state.to_string().as_str(), row.retry_count),
        ("failed", 0)
    );
    let output = row.output.unwrap();
    assert_eq!(output["name"], "BadOutput");
    assert!(
        output["message"].as_str().unwrap().contains("NUL"),
        "{output}"
    );

    let odd = HsOddOutput::run_now().on(&boss).submit(()).await.unwrap();
    let row = ended(&odd).await;
    assert_eq!(
        (row.state.to_string().as_str(), row.retry_count),
        ("failed", 0)
    );
    let output = row.output.unwrap();
    assert_eq!(output["name"], "BadOutput");
    assert!(
        output["message"]
            .as_str()
            .unwrap()
            .contains("cannot be encoded"),
        "{output}"
    );
    boss.stop().await.unwrap();
}

#[tokio::test]
async fn an_error_with_a_nul_in_it_is_stored_without_it() {
    let database = Database::new().await;
    let boss = started(&database).await;
    let job = HsNulError::run_now().on(&boss).submit(()).await.unwrap();
    let row = ended(&job).await;
    assert_eq!(row.state.to_string(), "failed");
    assert_eq!(row.output.unwrap()["message"], "a\u{fffd}b");
    boss.stop().await.unwrap();
}

#[tokio::test]
async fn a_panic_is_a_failure_with_its_message_and_place() {
    let database = Database::new().await;
    let boss = started(&database).await;
    let plain = HsPanic::run_now()
        .on(&boss)
        .submit("tea".into())
        .await
        .unwrap();
    let blocking = HsPanicBlocking::run_now()
        .on(&boss)
        .submit("tea".into())
        .await
        .unwrap();
    for row in [ended(&plain).await, ended(&blocking).await] {
        assert_eq!(row.state.to_string(), "failed");
        let output = row.output.unwrap();
        assert_eq!(
            (&output["name"], &output["message"]),
            (&"Panic".into(), &"no tea left".into())
        );
        assert!(
            output["stack"].as_str().unwrap().contains("failing.rs:"),
            "{output}"
        );
    }
    // The worker lives on.
    let next = HsNulError::run_now().on(&boss).submit(()).await.unwrap();
    assert_eq!(next.output().await.unwrap_err().kind(), ErrorKind::Failed);
    boss.stop().await.unwrap();
}

#[tokio::test]
async fn after_the_last_retry_a_copy_lies_in_the_dead_letter_queue() {
    let database = Database::new().await;
    let boss = started(&database).await;
    let job = HsFail::run_now().on(&boss).submit(7).await.unwrap();
    let error = job.output().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Failed);
    let row = ended(&job).await;
    assert_eq!(
        (row.state.to_string().as_str(), row.retry_count),
        ("failed", 2)
    );
    assert!(row.completed_on.is_some());
    let output = row.output.clone().unwrap();
    assert_eq!(output["message"], "attempt 3 of 7");

    let copy = only_job_of(database.pool(), "hs_fail_dead").await;
    assert_eq!(copy.state.to_string(), "created");
    assert_eq!(copy.data, row.data);
    assert_eq!(copy.source_name.as_deref(), Some("hs_fail"));
    assert_eq!(
        (copy.source_id, copy.source_root_id),
        (Some(row.id), Some(row.id))
    );
    assert_eq!(copy.source_created_on, Some(row.created_on));
    assert_eq!(copy.source_retry_count, Some(2));
    assert_eq!(copy.source_output, Some(output));
    boss.stop().await.unwrap();
}
