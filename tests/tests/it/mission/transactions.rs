//! X1: a job that exists if and only if the transaction that submitted it commits.

use jobs_pg::ErrorKind;
use jobs_pg::prelude::*;
use tests::Database;

use super::{output_of, started};

#[job(executor = PgBoss)]
async fn transaction_confirms_order(order: i64) -> i64 {
    order
}

#[job(executor = PgBoss, queue(notify = false))]
async fn transaction_unheard(order: i64) -> i64 {
    order
}

#[tokio::test]
async fn x1_a_job_exists_if_and_only_if_its_transaction_commits() {
    let database = Database::new().await;
    let boss = started::<(TransactionConfirmsOrder, TransactionUnheard)>(&database).await;
    sqlx::raw_sql("CREATE TABLE orders (id bigint)")
        .execute(database.pool())
        .await
        .unwrap();
    boss.scope(async {
        let mut rolled_back = database.pool().begin().await.unwrap();
        sqlx::query("INSERT INTO orders VALUES (1)")
            .execute(&mut *rolled_back)
            .await
            .unwrap();
        let never = TransactionConfirmsOrder::submit_in(&mut rolled_back, 1)
            .await
            .unwrap();
        rolled_back.rollback().await.unwrap();
        assert_eq!(
            output_of(&never).await.unwrap_err().kind(),
            ErrorKind::Deleted
        );

        let mut committed = database.pool().begin().await.unwrap();
        sqlx::query("INSERT INTO orders VALUES (2)")
            .execute(&mut *committed)
            .await
            .unwrap();
        let job = TransactionConfirmsOrder::submit_in(&mut committed, 2)
            .await
            .unwrap();
        // Nobody else sees it yet.
        let before = job.pg_boss().details().await.unwrap_err();
        assert_eq!(before.kind(), ErrorKind::NotFound);
        committed.commit().await.unwrap();
        assert_eq!(output_of(&job).await.unwrap(), 2);
    })
    .await;
    let rows = "SELECT (SELECT array_agg(id) FROM orders), (SELECT count(*) FROM pgboss.job)";
    let rows: (Vec<i64>, i64) = sqlx::query_as(rows)
        .fetch_one(database.pool())
        .await
        .unwrap();
    assert_eq!(rows, (vec![2], 1));
    boss.stop().await.unwrap();
}

#[tokio::test]
async fn x1_a_committed_job_runs_though_nothing_notifies_of_it() {
    let database = Database::new().await;
    let boss = started::<(TransactionConfirmsOrder, TransactionUnheard)>(&database).await;
    let mut transaction = database.pool().begin().await.unwrap();
    let submission = TransactionUnheard::with(JobOptions::new().priority(2)).on(&boss);
    let job = submission.submit_in(&mut transaction, 3).await.unwrap();
    transaction.commit().await.unwrap();
    assert_eq!(output_of(&job).await.unwrap(), 3);
    boss.stop().await.unwrap();
}
