//! Rows and outputs that no other job may suffer from.

use jobs_pg::JobState;
use jobs_pg::operation::QueueOptions;
use jobs_pg::prelude::*;
use tests::{Database, Log, eventually};

use super::{ended, execute, number, on, state};

#[job(executor = PgBoss, options(retry_limit = 0))]
async fn hs_row() {}

/// Returns a text of this number of bytes.
#[job(executor = PgBoss, options(retry_limit = 0))]
async fn hs_output(bytes: usize) -> String {
    "x".repeat(bytes)
}

/// What another queue goes on with.
#[job(executor = PgBoss, options(retry_limit = 0))]
async fn hs_row_beside() {}

async fn started(database: &Database) -> PgBoss {
    let boss = on(database)
        .only::<(HsRow, HsOutput, HsRowBeside)>()
        .max_output(1_000_000)
        .connect()
        .await
        .unwrap();
    boss.start().await.unwrap();
    boss
}

#[tokio::test]
async fn a_row_with_times_out_of_range_fails_alone_and_says_why() {
    let database = Database::new().await;
    let boss = started(&database).await;
    let insert = "INSERT INTO pgboss.job (name, created_on, start_after, keep_until) VALUES \
                  ('hs_row', 'infinity', now(), now() + '1 day'), \
                  ('hs_row', now(), '-infinity', now() + '1 day'), \
                  ('hs_row', '290000-01-01', now(), now() + '1 day')";
    execute(database.pool(), insert).await;
    let jobs = HsRow::run_now()
        .on(&boss)
        .submit_many([(); 5])
        .await
        .unwrap();
    for job in &jobs {
        job.output().await.unwrap();
    }
    let failed = "SELECT count(*) FROM pgboss.job WHERE name = 'hs_row' AND state = 'failed' \
                  AND output->>'message' LIKE '%out of range%'";
    eventually("the three have failed", async || {
        number(database.pool(), failed).await == 3
    })
    .await;
    boss.stop().await.unwrap();
}

#[tokio::test]
async fn the_highest_retry_count_does_not_keep_other_jobs_from_being_fetched() {
    let database = Database::new().await;
    let boss = started(&database).await;
    let insert = "INSERT INTO pgboss.job (name, state, retry_count, started_on) \
                  VALUES ('hs_row', 'retry', 2147483647, now()) RETURNING id";
    let highest: uuid::Uuid = sqlx::query_scalar(insert)
        .fetch_one(database.pool())
        .await
        .unwrap();
    HsRow::run_now()
        .on(&boss)
        .submit(())
        .await
        .unwrap()
        .output()
        .await
        .unwrap();
    eventually("it is completed too", async || {
        state(database.pool(), highest).await == "completed"
    })
    .await;
    boss.stop().await.unwrap();
}

#[tokio::test]
async fn an_output_that_is_too_large_fails_its_job_and_holds_up_no_other() {
    let database = Database::new().await;
    let boss = started(&database).await;
    let jobs = HsOutput::run_now().on(&boss);
    let jobs = jobs.submit_many([10, 2_000_000, 20]).await.unwrap();
    assert_eq!(jobs[0].output().await.unwrap().len(), 10);
    assert_eq!(jobs[2].output().await.unwrap().len(), 20);
    let row = ended(&jobs[1]).await;
    assert_eq!(row.state, JobState::Failed);
    let message = row.output.unwrap()["message"].to_string();
    assert!(
        message.contains("2000012 bytes") && message.contains("max_output"),
        "{message}"
    );
    boss.stop().await.unwrap();
}

#[tokio::test]
async fn a_queue_made_anew_with_another_policy_does_not_stall_the_others() {
    let database = Database::new().await;
    let log = Log::new();
    let boss = started(&database).await;
    boss.delete_queue("hs_row").await.unwrap();
    let policy = QueueOptions::new().policy(jobs_pg::QueuePolicy::Singleton);
    boss.create_queue("hs_row", policy).await.unwrap();
    // One is active already, so that a fetch that does not know of the policy conflicts with it.
    execute(
        database.pool(),
        "INSERT INTO pgboss.job (name, policy, state, started_on, heartbeat_on) \
         VALUES ('hs_row', 'singleton', 'active', now(), now())",
    )
    .await;
    boss.send("hs_row", serde_json::json!(null), ())
        .await
        .unwrap();
    for job in HsRowBeside::run_now()
        .on(&boss)
        .submit_many([(); 20])
        .await
        .unwrap()
    {
        job.output().await.unwrap();
    }
    eventually("the conflict is met", async || {
        !log.lines(&["fetching from it alone", "hs_row"]).is_empty()
    })
    .await;
    execute(
        database.pool(),
        "UPDATE pgboss.job SET state = 'completed' WHERE state = 'active'",
    )
    .await;
    let completed = "SELECT count(*) FROM pgboss.job WHERE name = 'hs_row' AND state = 'completed'";
    eventually("the limited queue is worked too", async || {
        number(database.pool(), completed).await == 2
    })
    .await;
    boss.stop().await.unwrap();
}
