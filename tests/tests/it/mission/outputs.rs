//! W3, W10: what a function returns is stored in pg-boss's form, and read back typed from anywhere.

use jobs_pg::prelude::*;
use jobs_pg::{ErrorKind, Job};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tests::Database;

use super::{idle, output_of, started};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Report {
    value: Option<i64>,
    lines: Vec<String>,
}

/// Its one field has the name that pg-boss wraps other values in.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct OnlyValue {
    value: u8,
}

#[job(executor = PgBoss)]
async fn output_number(input: i64) -> i64 {
    input
}

#[job(executor = PgBoss)]
async fn output_text(input: String) -> String {
    input
}

#[job(executor = PgBoss)]
async fn output_list(input: Vec<Report>) -> Vec<Report> {
    input
}

#[job(executor = PgBoss)]
async fn output_object(input: Report) -> Report {
    input
}

#[job(executor = PgBoss)]
async fn output_only_value(input: OnlyValue) -> OnlyValue {
    input
}

#[job(executor = PgBoss)]
async fn output_maybe(input: Option<bool>) -> Option<bool> {
    input
}

#[job(executor = PgBoss)]
async fn output_nothing() {}

type All = (
    OutputNumber,
    OutputText,
    OutputList,
    OutputObject,
    OutputOnlyValue,
    OutputMaybe,
    OutputNothing,
);

/// Submits to one executor, follows the job from the other, and returns the typed output and the row's.
async fn run<J: Job<Executor = PgBoss>>(
    here: &PgBoss,
    elsewhere: &PgBoss,
    input: J::Input,
) -> (J::Output, Option<Value>) {
    let id = here
        .scope(jobs_pg::Submission::<J>::new().submit(input))
        .await
        .unwrap()
        .job_id;
    let followed = SubmittedJob::<J>::track(id).on(elsewhere);
    let output = output_of(&followed).await.unwrap();
    let stored = followed.pg_boss().details().await.unwrap().output;
    (
        output,
        stored.map(|stored| stored.value().cloned().unwrap()),
    )
}

#[tokio::test]
async fn w3_w10_outputs_are_stored_in_pg_boss_form_and_read_typed_from_another_process() {
    let database = Database::new().await;
    let boss = started::<All>(&database).await;
    let other = idle::<All>(&database).await;
    let report = Report {
        value: Some(7),
        lines: vec!["ä".into()],
    };
    let json = json!({ "value": 7, "lines": ["ä"] });

    assert_eq!(
        run::<OutputNumber>(&boss, &other, -5).await,
        (-5, Some(json!({ "value": -5 })))
    );
    assert_eq!(
        run::<OutputText>(&boss, &other, "x".into()).await,
        ("x".into(), Some(json!({ "value": "x" })))
    );
    let list = run::<OutputList>(&boss, &other, vec![report.clone()]).await;
    assert_eq!(
        list,
        (vec![report.clone()], Some(json!({ "value": [json] })))
    );
    assert_eq!(
        run::<OutputObject>(&boss, &other, report.clone()).await,
        (report, Some(json))
    );
    let only = OnlyValue { value: 9 };
    assert_eq!(
        run::<OutputOnlyValue>(&boss, &other, only.clone()).await,
        (only, Some(json!({ "value": 9 })))
    );
    assert_eq!(run::<OutputMaybe>(&boss, &other, None).await, (None, None));
    assert_eq!(
        run::<OutputMaybe>(&boss, &other, Some(true)).await,
        (Some(true), Some(json!({ "value": true })))
    );
    assert_eq!(run::<OutputNothing>(&boss, &other, ()).await, ((), None));

    boss.stop().await.unwrap();
    other.stop().await.unwrap();
}

#[job(executor = PgBoss)]
async fn output_denied() -> Result<i64, JobError> {
    Err(JobError::fail("denied"))
}

#[tokio::test]
async fn w3_awaiting_a_job_tells_failed_cancelled_and_deleted_apart() {
    let database = Database::new().await;
    let boss = started::<OutputDenied>(&database).await;
    let kind = async |job: &SubmittedJob<OutputDenied>| output_of(job).await.unwrap_err();

    let failed = boss.scope(OutputDenied::submit(())).await.unwrap();
    let error = kind(&failed).await;
    assert_eq!(error.kind(), ErrorKind::Failed);
    assert!(
        error.to_string().contains(&failed.job_id.to_string()),
        "{error}"
    );
    assert_eq!(
        std::error::Error::source(&error).unwrap().to_string(),
        "denied"
    );

    let cancelled = boss
        .scope(OutputDenied::delay(600).submit(()))
        .await
        .unwrap();
    assert!(cancelled.pg_boss().cancel().await.unwrap());
    assert_eq!(kind(&cancelled).await.kind(), ErrorKind::Cancelled);

    assert!(failed.pg_boss().delete().await.unwrap());
    assert_eq!(kind(&failed).await.kind(), ErrorKind::Deleted);
    boss.stop().await.unwrap();
}

#[tokio::test]
async fn w10_an_output_that_is_not_of_the_type_is_an_error_and_no_wrong_value() {
    let database = Database::new().await;
    let boss = started::<OutputNumber>(&database).await;
    let job = boss.scope(OutputNumber::submit(1)).await.unwrap();
    assert_eq!(output_of(&job).await.unwrap(), 1);
    let foreign = "UPDATE pgboss.job SET output = '{\"value\": \"one\"}' WHERE id = $1";
    sqlx::query(foreign)
        .bind(job.job_id)
        .execute(database.pool())
        .await
        .unwrap();
    let error = output_of(&job).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::BadInput);
    assert!(
        error.to_string().contains(&job.job_id.to_string()),
        "{error}"
    );
    boss.stop().await.unwrap();
}
