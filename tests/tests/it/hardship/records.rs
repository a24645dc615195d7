//! The tables in which maintenance keeps records: they are needed at the start, and jobs run on when they are gone later.

use std::time::Duration;

use jobs_pg::ErrorKind;
use jobs_pg::prelude::*;
use tests::{Database, eventually};

use super::{execute, number, on};

#[job(executor = PgBoss)]
async fn hs_unrecorded(number: u32) -> u32 {
    number
}

const AWAY: &str = "ALTER TABLE pgboss.instance RENAME TO instance_away;
                    ALTER TABLE pgboss.warning RENAME TO warning_away;
                    ALTER TABLE pgboss.queue_stats RENAME TO queue_stats_away";

/// A process that writes down all that it can.
async fn recording(database: &Database) -> PgBoss {
    let boss = on(database)
        .only::<HsUnrecorded>()
        .persist_queue_stats(true)
        .persist_warnings(true)
        .supervise_interval(Duration::from_secs(1))
        .connect()
        .await
        .unwrap();
    boss.start().await.unwrap();
    boss
}

/// Jobs run, and maintenance counts and tidies.
async fn goes_on(database: &Database, boss: &PgBoss) {
    let submitted = HsUnrecorded::run_now().on(boss).submit(7).await.unwrap();
    assert_eq!(submitted.output().await.unwrap(), 7);
    let long_ago = "UPDATE pgboss.job SET completed_on = now() - interval '1 year'";
    execute(database.pool(), long_ago).await;
    boss.supervise().await.unwrap();
    assert_eq!(
        number(database.pool(), "SELECT count(*) FROM pgboss.job").await,
        0
    );
    let uncounted =
        "SELECT count(*) FROM pgboss.queue WHERE monitor_on IS NULL OR maintain_on IS NULL";
    assert_eq!(number(database.pool(), uncounted).await, 0);
}

#[tokio::test]
async fn a_schema_without_the_tables_of_records_is_refused_by_their_names() {
    let database = Database::new().await;
    on(&database)
        .connect()
        .await
        .unwrap()
        .install()
        .await
        .unwrap();
    execute(database.pool(), AWAY).await;
    let boss = on(&database).connect().await.unwrap();
    let refused = boss.start().await.unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::Incompatible);
    let said = format!("{refused:?}");
    for member in ["instance.id", "warning.message", "queue_stats.wait_bins"] {
        assert!(said.contains(member), "{said}");
    }
}

#[tokio::test]
async fn when_the_tables_of_records_go_jobs_run_on_and_are_tidied() {
    let database = Database::new().await;
    let boss = recording(&database).await;
    eventually("it has entered", async || {
        boss.instances().await.unwrap().iter().any(|one| one.live)
    })
    .await;
    execute(database.pool(), AWAY).await;
    goes_on(&database, &boss).await;
    boss.stop().await.unwrap();
}
