//! The harness itself: what the other tests lean on.

use std::panic::AssertUnwindSafe;

use sqlx::{Connection, PgConnection};
use tests::{Cluster, Database, eventually};

async fn exists(database: &Database, name: &str) -> bool {
    let found =
        sqlx::query_scalar("SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)").bind(name);
    found.fetch_one(database.pool()).await.unwrap()
}

#[tokio::test]
async fn a_database_is_gone_after_a_test_that_panics() {
    let witness = Database::new().await;
    let database = Database::new().await;
    let name = database.name().to_owned();
    assert!(exists(&witness, &name).await);
    let panicked = std::panic::catch_unwind(AssertUnwindSafe(|| {
        let _database = database;
        panic!("on purpose");
    }));
    assert!(panicked.is_err());
    eventually("the database is gone", async || {
        !exists(&witness, &name).await
    })
    .await;
}

#[tokio::test]
async fn the_connections_of_one_application_can_be_cut() {
    let database = Database::new().await;
    let mut victim = PgConnection::connect(database.url()).await.unwrap();
    sqlx::query("SET application_name = 'victim'")
        .execute(&mut victim)
        .await
        .unwrap();
    assert_eq!(database.kill_backends("victim").await, 1);
    assert!(victim.ping().await.is_err());
    assert_eq!(database.kill_backends("nobody").await, 0);
}

#[tokio::test]
async fn a_server_of_its_own_comes_back_with_its_rows_after_a_crash() {
    let mut cluster = Cluster::new().await;
    let database = Database::on(&cluster).await;
    sqlx::raw_sql("CREATE TABLE kept (n int); INSERT INTO kept VALUES (1)")
        .execute(database.pool())
        .await
        .unwrap();
    // The settings are those for speed: what is on disk is only sure after a checkpoint.
    sqlx::query("CHECKPOINT")
        .execute(database.pool())
        .await
        .unwrap();
    cluster.crash().await;
    assert!(PgConnection::connect(database.url()).await.is_err());
    cluster.start().await;
    eventually("the pool gets through again", async || {
        sqlx::query("SELECT n FROM kept")
            .fetch_one(database.pool())
            .await
            .is_ok()
    })
    .await;
}
