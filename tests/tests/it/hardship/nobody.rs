//! A job that nobody handles is left alone, and seen in a warning.

use jobs_pg::prelude::*;
use tests::Database;
use tracing::Level;

use super::{execute, on, only_job_of};
use crate::log::Log;

/// Is handled.
#[job(executor = PgBoss)]
async fn hs_neighbour() {}

#[tokio::test]
async fn a_job_that_nobody_handles_is_left_alone_and_seen_in_a_warning() {
    let database = Database::new().await;
    let boss = on(&database).only::<HsNeighbour>().connect().await.unwrap();
    let first = HsNeighbour::run_now().on(&boss).submit(()).await.unwrap();
    execute(
        database.pool(),
        "SELECT pgboss.create_queue('hs_nobody', '{\"policy\": \"standard\"}'); \
         INSERT INTO pgboss.job (name) VALUES ('hs_nobody')",
    )
    .await;
    let (log, listening) = Log::listen(Level::INFO);
    boss.start().await.unwrap();
    drop(listening);
    let warnings = log.lines_with("hs_nobody");
    assert_eq!(warnings.len(), 1, "{warnings:?}");
    assert!(warnings[0].contains("WARN"), "{warnings:?}");
    assert!(!warnings[0].contains("hs_neighbour"), "{warnings:?}");

    // Its neighbours run meanwhile.
    let second = HsNeighbour::run_now().on(&boss).submit(()).await.unwrap();
    first.output().await.unwrap();
    second.output().await.unwrap();
    let row = only_job_of(database.pool(), "hs_nobody").await;
    assert_eq!(
        (row.state.to_string().as_str(), row.started_on),
        ("created", None)
    );
    boss.stop().await.unwrap();
}
