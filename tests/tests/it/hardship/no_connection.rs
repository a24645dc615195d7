//! A submission for which there is no connection says why.

use std::error::Error as _;
use std::time::Duration;

use jobs_pg::prelude::*;
use jobs_pg::{Error, ErrorKind};
use serde_json::json;
use sqlx::postgres::PgPoolOptions;
use tests::{Cluster, Database};

use super::number;

#[job(executor = PgBoss)]
async fn hs_unreached() {}

/// An executor whose pools wait a second for a connection.
async fn impatient(url: &str, connections: u32) -> PgBoss {
    let pool = PgPoolOptions::new()
        .max_connections(connections)
        .acquire_timeout(Duration::from_secs(1))
        .connect_lazy(url)
        .unwrap();
    let boss = PgBoss::builder().pool(pool).only::<HsUnreached>();
    boss.schedule(false).connect().await.unwrap()
}

async fn submit(boss: &PgBoss) -> Result<(), Error> {
    let submission = HsUnreached::run_now().on(boss);
    submission.submit(()).await.map(drop)
}

fn assert_says(error: &Error, words: &[&str]) {
    assert_eq!(error.kind(), ErrorKind::Unavailable, "{error:?}");
    for word in words {
        assert!(error.to_string().contains(word), "{word}: {error}");
    }
}

#[tokio::test]
async fn a_first_submission_to_a_server_that_is_away_says_that_it_refuses_connections() {
    let boss = impatient("postgres://tony@127.0.0.1:1/shop", 2).await;
    let error = submit(&boss).await.unwrap_err();
    assert_says(
        &error,
        &["127.0.0.1:1/shop", "nothing accepts connections there"],
    );
    let cause = format!("{error:?}");
    assert!(
        cause.contains("refused") && !cause.contains("pool timed out"),
        "{cause}"
    );
}

#[tokio::test]
async fn a_later_submission_to_a_server_that_is_away_says_so_too() {
    let mut cluster = Cluster::new().await;
    let database = Database::on(&cluster).await;
    let boss = impatient(database.url(), 2).await;
    submit(&boss).await.unwrap();
    cluster.stop().await;
    let error = submit(&boss).await.unwrap_err();
    let words = [
        "cannot submit job `hs_unreached`",
        "nothing accepts connections there",
    ];
    assert_says(&error, &words);
    assert!(
        error.source().unwrap().to_string().contains("refused"),
        "{error:?}"
    );
}

#[tokio::test]
async fn a_submission_or_a_look_that_gets_no_connection_says_how_many_are_in_use() {
    let database = Database::new().await;
    let boss = impatient(database.url(), 1).await;
    submit(&boss).await.unwrap();
    let mut locked = database.pool().begin().await.unwrap();
    sqlx::raw_sql("LOCK TABLE pgboss.job_common")
        .execute(&mut *locked)
        .await
        .unwrap();
    // It has the only connection, and waits for the lock.
    let first = boss.send("hs_unreached", json!({}), ());
    let first = tokio::spawn(async { first.await.map(drop) });
    tests::eventually("the first submission waits", async || {
        let waiting = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
        number(database.pool(), waiting).await == 1
    })
    .await;
    let error = submit(&boss).await.unwrap_err();
    assert_says(
        &error,
        &[
            "cannot submit job `hs_unreached`",
            "all 1 connections of the pool are in use",
        ],
    );
    let job = HsUnreached::track(uuid::Uuid::nil()).on(&boss);
    let error = job.pg_boss().details().await.unwrap_err();
    assert_says(&error, &["all 1 connections of the pool are in use"]);
    locked.rollback().await.unwrap();
    first.await.unwrap().unwrap();
}
