//! A queue that two processes work.

use jobs_pg::prelude::*;
use tests::{Database, eventually};

use super::taken_away::worker_process;
use super::{execute, number, on};

/// Notes who handled which; the worker process has a job of the same name that does the same.
#[job(executor = PgBoss)]
async fn hs_counted(number: i32, ctx: Context<HsCounted>) -> Result<(), JobError> {
    let insert = "INSERT INTO handled (number, by) VALUES ($1, 'here')";
    let insert = sqlx::query(insert).bind(number);
    insert.execute(ctx.executor().pool()).await?;
    Ok(())
}

#[tokio::test]
async fn two_processes_handle_each_of_a_thousand_jobs_once() {
    let database = Database::new().await;
    let boss = on(&database).only::<HsCounted>().connect().await.unwrap();
    execute(
        database.pool(),
        "CREATE TABLE handled (number int NOT NULL, by text NOT NULL)",
    )
    .await;
    // The other process has the schema to itself while it starts; its first job shows that it works.
    let _worker = worker_process(&database);
    let handled = "SELECT count(*) FROM handled";
    let first = HsCounted::run_now().on(&boss).submit(0).await.unwrap();
    first.output().await.unwrap();
    boss.start().await.unwrap();
    HsCounted::run_now()
        .on(&boss)
        .submit_many(1..1000)
        .await
        .unwrap();
    eventually("all are completed", async || {
        let open =
            "SELECT count(*) FROM pgboss.job WHERE name = 'hs_counted' AND state <> 'completed'";
        number(database.pool(), open).await == 0
    })
    .await;
    assert_eq!(number(database.pool(), handled).await, 1000);
    let each = "SELECT count(DISTINCT number) FROM handled";
    assert_eq!(number(database.pool(), each).await, 1000);
    let there = "SELECT count(*) FROM handled WHERE by = 'there'";
    // Both had some of those that came after the first one.
    assert!((2..1000).contains(&number(database.pool(), there).await));
    boss.stop().await.unwrap();
}
