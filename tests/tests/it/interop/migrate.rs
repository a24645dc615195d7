//! Schemas of other versions: older ones are refused by name with what to run, newer ones are used, also when a migration
//! comes while ours works.

mod moving;

use jobs_pg::ErrorKind;
use serde_json::json;
use tests::Database;
use tests::node::Node;

use super::{quiet, start};
use moving::{ImEcho, Moving, cli, idle};

/// What a migration to a later version may do: more columns, each with its default, more tables, a higher number.
const LATER_VERSION: &str = "\
    ALTER TABLE pgboss.job ADD COLUMN of_tomorrow text NOT NULL DEFAULT 'new'; \
    ALTER TABLE pgboss.queue ADD COLUMN of_tomorrow int NOT NULL DEFAULT 1; \
    ALTER TABLE pgboss.schedule ADD COLUMN of_tomorrow jsonb; \
    ALTER TABLE pgboss.subscription ADD COLUMN of_tomorrow text; \
    ALTER TABLE pgboss.job_dependency ADD COLUMN of_tomorrow text; \
    ALTER TABLE pgboss.version ADD COLUMN of_tomorrow timestamptz; \
    ALTER TABLE pgboss.warning ADD COLUMN of_tomorrow text; \
    ALTER TABLE pgboss.instance ADD COLUMN of_tomorrow text; \
    ALTER TABLE pgboss.queue_stats ADD COLUMN of_tomorrow int; \
    ALTER TABLE pgboss.bam ADD COLUMN of_tomorrow text; \
    CREATE TABLE pgboss.of_tomorrow (id uuid PRIMARY KEY); \
    UPDATE pgboss.version SET version = 47";

#[tokio::test]
async fn case_05_a_migration_that_adds_to_the_schema_does_no_harm_while_jobs_run() {
    let Some(moving) = Moving::new().await else {
        return;
    };
    // By now every connection has prepared what it runs.
    moving.looks_after_itself().await;
    moving.execute(LATER_VERSION).await;
    moving.works().await;
    moving.looks_after_itself().await;
    let another = start(quiet(&moving.database).only::<ImEcho>()).await;
    let said = ImEcho::run_now().on(&another).submit("47".to_owned()).await;
    assert_eq!(said.unwrap().output().await.unwrap(), "47");
    another.stop().await.unwrap();
    moving
        .database
        .assert_not_logged("cached plan must not change");
    moving.ends_well().await;
}

#[tokio::test]
async fn case_06_a_rollback_is_an_error_of_the_running_process_until_the_schema_is_migrated_again()
{
    let Some(moving) = Moving::new().await else {
        return;
    };
    moving.cli("doctor").await;
    // The function `job_now` came with 42.
    while moving.version().await > 41 {
        moving.cli("rollback").await;
    }
    let submitted = ImEcho::run_now()
        .on(&moving.ours)
        .submit("41".to_owned())
        .await;
    assert_eq!(submitted.unwrap_err().kind(), ErrorKind::Incompatible);
    let said = refusal(&moving.database).await;
    assert!(said.contains("has version 41 "), "{said}");
    moving.cli("migrate").await;
    assert_eq!(moving.version().await, 46);
    let said = moving.node.cli(&moving.database, &["version"]).await.said;
    assert!(said.contains("Current schema version: 46"), "{said}");
    moving.ends_well().await;
    moving.cli("doctor").await;
}

#[tokio::test]
async fn case_70_a_schema_of_pg_boss_11_is_refused_and_used_after_it_was_migrated() {
    used_after_its_migration("pg-boss-11", 26).await;
}

#[tokio::test]
async fn case_70_a_schema_of_pg_boss_12_27_is_refused_and_used_after_it_was_migrated() {
    used_after_its_migration("pg-boss-12-27", 37).await;
}

async fn used_after_its_migration(release: &str, version: i32) {
    let Some(node) = Node::ready().await else {
        return;
    };
    let database = Database::new().await;
    let theirs = node.boss_of(release, &database, &idle()).await;
    theirs.call("start", json!([])).await;
    theirs.call("createQueue", json!(["im_echo"])).await;
    let id = theirs.call("send", json!(["im_echo", "from before"])).await;
    theirs.stop().await;
    let said = refusal(&database).await;
    let found = format!("the schema `pgboss` has version {version} (");
    assert!(said.contains(&found), "{said}");
    assert!(
        said.contains("npx pg-boss@12.38 migrate --schema 'pgboss'"),
        "{said}"
    );
    cli(&node, &database, "migrate").await;
    let ours = start(quiet(&database).only::<ImEcho>()).await;
    let job = super::track::<ImEcho>(&ours, id.as_str().unwrap());
    assert_eq!(job.output().await.unwrap(), "from before");
    ours.stop().await.unwrap();
}

/// Why a process of ours does not start, in full.
async fn refusal(database: &Database) -> String {
    let ours = quiet(database).connect().await.unwrap();
    let refused = ours.start().await.unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::Incompatible);
    format!("{refused:?}")
}
