//! The schema moves under a running process of ours: pg-boss's CLI takes it back and forth, and a newer release of Node's moves
//! it on. Nothing of ours is lost, and it goes on with what the schema then has.

mod moving;

use serde_json::json;
use tests::eventually;
use tests::node::Boss;

use super::{quiet, start};
use moving::{ImEcho, Moving};

#[tokio::test]
async fn case_05_ours_lives_on_45_as_on_46() {
    let Some(moving) = Moving::on(Some("pg-boss")).await else {
        return;
    };
    moving.cli("rollback").await;
    let another = quiet(&moving.database).only::<ImEcho>();
    let another = start(another).await;
    moving.ours.stop().await.unwrap();
    let said = ImEcho::run_now().on(&another).submit("45".to_owned()).await;
    assert_eq!(said.unwrap().output().await.unwrap(), "45");
    assert_eq!(moving.version().await, 45);
    another.stop().await.unwrap();
}

#[tokio::test]
async fn case_05_both_go_on_at_a_version_to_come() {
    let Some(moving) = Moving::on(None).await else {
        return;
    };
    sqlx::query("UPDATE pgboss.version SET version = 47")
        .execute(moving.database.pool())
        .await
        .unwrap();
    let another = start(quiet(&moving.database).only::<ImEcho>()).await;
    let said = ImEcho::run_now().on(&another).submit("47".to_owned()).await;
    assert_eq!(said.unwrap().output().await.unwrap(), "47");
    another.stop().await.unwrap();
    moving.ends_well().await;
}

#[tokio::test]
async fn case_06_the_cli_takes_our_schema_back_and_forth_while_ours_works() {
    let Some(moving) = Moving::on(None).await else {
        return;
    };
    moving.cli("doctor").await;
    moving.cli("rollback").await;
    assert_eq!(moving.version().await, 45);
    moving.lets_go().await;
    moving.works().await;
    moving.cli("migrate").await;
    assert_eq!(moving.version().await, 46);
    let said = moving.node.cli(&moving.database, &["version"]).await.said;
    assert!(said.contains("Current schema version: 46"), "{said}");
    moving.ends_well().await;
}

/// Columns, a table and the clock's function go, one release after the other, and come back.
#[tokio::test]
async fn case_06_ours_follows_its_schema_down_to_the_oldest_and_up_again() {
    let Some(moving) = Moving::on(None).await else {
        return;
    };
    while moving.version().await > 26 {
        moving.cli("rollback").await;
        let version = moving.version().await;
        if version == 41 {
            // Its outcome meets a schema that ours has not looked at yet, without the clock that the statement asks.
            moving.lets_go().await;
        }
        if [41, 37, 29, 26].contains(&version) {
            moving.works().await;
        }
    }
    moving.cli("migrate").await;
    moving.ends_well().await;
}

#[tokio::test]
async fn case_70_the_cli_moves_a_schema_of_26_on_while_ours_works() {
    moved_on_by_the_cli("pg-boss-11", 26).await;
}

#[tokio::test]
async fn case_70_the_cli_moves_a_schema_of_37_on_while_ours_works() {
    moved_on_by_the_cli("pg-boss-12-27", 37).await;
}

#[tokio::test]
async fn case_70_a_start_of_node_moves_a_schema_of_26_on_while_ours_works() {
    moved_on_by_node("pg-boss-11", 26).await;
}

#[tokio::test]
async fn case_70_a_start_of_node_moves_a_schema_of_37_on_while_ours_works() {
    moved_on_by_node("pg-boss-12-27", 37).await;
}

async fn moved_on_by_the_cli(release: &str, version: i32) {
    let Some(moving) = Moving::on(Some(release)).await else {
        return;
    };
    assert_eq!(moving.version().await, version);
    moving.cli("migrate").await;
    assert_eq!(moving.version().await, 46);
    moving.ends_well().await;
}

/// Its start changes the tables and returns; the indexes are built by its upkeep, later.
async fn moved_on_by_node(release: &str, version: i32) {
    let Some(moving) = Moving::on(Some(release)).await else {
        return;
    };
    assert_eq!(moving.version().await, version);
    let theirs = newest(&moving).await;
    moving.works().await;
    eventually("the indexes are built", async || {
        let all = "SELECT count(*) > 0 AND bool_and(status = 'completed') FROM pgboss.bam";
        moving.value(all).await
    })
    .await;
    let errors = theirs.events_named("error");
    assert!(errors.is_empty(), "{errors:?}");
    theirs.stop().await;
    moving.ends_well().await;
}

async fn newest(moving: &Moving) -> Boss {
    // The release before it has looked for such work a moment ago.
    let options = json!({ "supervise": true, "schedule": false, "bamIntervalSeconds": 10 });
    let theirs = moving.node.boss(&moving.database, &options).await;
    theirs.call("start", json!([])).await;
    assert_eq!(moving.version().await, 46);
    theirs
}

#[tokio::test]
async fn a_process_that_only_submits_follows_its_schema_too() {
    let Some(moving) = Moving::on(None).await else {
        return;
    };
    let submitting = quiet(&moving.database).work(false);
    let submitting = submitting.connect().await.unwrap();
    let submit = async |text: &str| {
        let job = ImEcho::run_now().on(&submitting).submit(text.to_owned());
        job.await.unwrap().output().await.unwrap()
    };
    assert_eq!(submit("46").await, "46");
    while moving.version().await > 41 {
        moving.cli("rollback").await;
    }
    assert_eq!(submit("41").await, "41");
    moving.lets_go().await;
    moving.ours.stop().await.unwrap();
}
