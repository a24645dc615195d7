//! Connections of the application, in whatever state its code leaves them.

use std::time::Duration;

use jobs_pg::prelude::*;
use tests::Database;
use tokio::time::timeout;

use super::{number, on};

#[job(executor = PgBoss)]
async fn hs_submitted(number: u32) -> u32 {
    number
}

async fn is_idle(connection: &mut sqlx::PgConnection) -> bool {
    use sqlx::Row;
    let row = sqlx::raw_sql("SELECT now() = statement_timestamp()");
    row.fetch_one(connection).await.unwrap().get(0)
}

#[tokio::test]
async fn a_connection_left_in_a_transaction_does_not_come_back_to_the_pool() {
    let database = Database::new().await;
    let boss = on(&database).max_connections(1).connect().await.unwrap();
    let mut left = boss.pool().acquire().await.unwrap();
    // As a `begin()` that was cancelled after the server had it: sqlx knows nothing of the transaction.
    sqlx::raw_sql("BEGIN").execute(&mut *left).await.unwrap();
    drop(left);
    let mut next = boss.pool().acquire().await.unwrap();
    assert!(is_idle(&mut next).await);
}

#[tokio::test]
async fn no_submission_gets_into_a_transaction_that_the_application_gave_up() {
    let database = Database::new().await;
    let boss = on(&database).only::<HsSubmitted>().connect().await.unwrap();
    boss.install().await.unwrap();
    let mut acknowledged = 0;
    for microseconds in (0..400).step_by(2) {
        // Given up at any point: while it waits, writes, or reads the answer.
        let begin = boss.pool().begin();
        let _ = timeout(Duration::from_micros(microseconds), begin).await;
        let submit = HsSubmitted::run_now().on(&boss);
        submit.submit(1).await.unwrap();
        acknowledged += 1;
    }
    let stored = "SELECT count(*) FROM pgboss.job WHERE name = 'hs_submitted'";
    assert_eq!(number(database.pool(), stored).await, acknowledged);
    for _ in 0..20 {
        assert!(is_idle(&mut boss.pool().acquire().await.unwrap()).await);
    }
}
