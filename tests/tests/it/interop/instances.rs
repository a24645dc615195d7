//! What each side writes down for all to see: instances, warnings, index builds.

use jobs_pg::ErrorKind;
use jobs_pg::operation::Instance;
use jobs_pg::prelude::*;
use serde_json::json;
use tests::wait_for;

use super::maintenance::UpSeen;
use super::{Both, quiet, start};

async fn instances(boss: &PgBoss) -> Vec<Instance> {
    boss.instances().await.unwrap()
}

#[tokio::test]
async fn case_56_ours_is_among_the_instances_while_it_lives_if_it_is_to_be() {
    let Some(both) = Both::with(json!({ "instanceName": "shared" })).await else {
        return;
    };
    let unnamed = quiet(&both.database)
        .register_instance(false)
        .only::<UpSeen>();
    let unseen = start(unnamed).await;
    let listed = async || both.boss.call("getInstances", json!([])).await;
    assert_eq!(listed().await.as_array().unwrap().len(), 1);

    let ours = start(
        quiet(&both.database)
            .application_name("mine")
            .only::<UpSeen>(),
    )
    .await;
    let entered = wait_for("ours has entered", async || {
        let all = listed().await;
        all.as_array()?
            .iter()
            .find(|one| one["name"] == "mine (rust)")
            .cloned()
    })
    .await;
    assert_eq!(entered["live"], true);
    assert_eq!(entered["applicationName"], "mine");
    assert_eq!(entered["workers"][0]["queue"], "up_seen");
    assert_eq!(entered["pid"], std::process::id());
    let seen = instances(&unseen).await;
    let ids: Vec<_> = seen.iter().map(|one| one.id.to_string()).collect();
    let theirs = listed().await;
    let theirs: Vec<_> = theirs
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["id"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(ids, theirs);
    assert_eq!(seen[0].name.as_deref(), Some("shared"));
    assert!(seen.iter().all(|one| one.live));

    ours.stop().await.unwrap();
    let stopped = listed().await;
    let stopped = &stopped[1];
    assert_eq!(
        (&stopped["live"], stopped["stoppedOn"].is_string()),
        (&json!(false), true)
    );
    // A process of ours that died is no crash of Node's.
    both.execute(
        "UPDATE pgboss.instance SET stopped_on = NULL, heartbeat_on = now() - interval '1 hour', host = (SELECT host FROM
         pgboss.instance WHERE name = 'shared') WHERE name = 'mine (rust)'",
    )
    .await;
    let options = json!({ "supervise": false, "schedule": false, "instanceName": "shared" });
    let another = both.node.boss(&both.database, &options).await;
    another.call("start", json!([])).await;
    assert!(
        instances(&unseen)
            .await
            .iter()
            .all(|one| one.crash_restarts == 0)
    );
    another.stop().await;
    both.end(unseen).await;
}

#[tokio::test]
async fn a_backlog_is_listed_among_the_warnings_of_both() {
    let Some(both) = Both::with(json!({ "persistWarnings": true })).await else {
        return;
    };
    let ours = start(quiet(&both.database).work(false).persist_warnings(true)).await;
    both.queue("up_crowded", json!({ "warningQueueSize": 1 }))
        .await;
    for number in 0..2 {
        both.send("up_crowded", json!(number), json!({})).await;
    }
    both.boss.call("supervise", json!([])).await;
    ours.supervise().await.unwrap();
    let warnings = ours.warnings_of("queue_backlog", 10).await.unwrap();
    assert_eq!(warnings.len(), 2, "{warnings:?}");
    let data = |at: usize| {
        let mut data = warnings[at].data.clone().unwrap();
        assert!(data["pinSeconds"].take().is_number());
        data
    };
    assert_eq!(data(0), data(1));
    assert_eq!(data(0)["queuedCount"], 2);
    assert_eq!(ours.warnings(1).await.unwrap()[0], warnings[0]);
    assert!(ours.warnings_of("nothing", 1).await.unwrap().is_empty());
    assert_eq!(
        ours.warnings(0).await.unwrap_err().kind(),
        ErrorKind::BadInput
    );
    both.end(ours).await;
}

#[tokio::test]
async fn index_builds_that_were_left_are_shown_and_left_alone() {
    let Some(both) = Both::new().await else {
        return;
    };
    let ours = both.submitting().await;
    both.execute(
        "INSERT INTO pgboss.bam (name, version, status, table_name, command, created_on)
         VALUES ('later', 47, 'pending', 'job_common', 'SELECT 2', now() + interval '1 s'),
                ('first', 47, 'completed', 'job_common', 'SELECT 1', now())",
    )
    .await;
    ours.supervise().await.unwrap();
    let shown: Vec<_> = ours.bam_entries().await.unwrap();
    let theirs = both.boss.call("getBamEntries", json!([])).await;
    assert_eq!(shown.len(), 2);
    for (at, entry) in shown.iter().enumerate() {
        assert_eq!(entry.id.to_string(), theirs[at]["id"]);
        assert_eq!(
            (&*entry.name, &*entry.status),
            [("first", "completed"), ("later", "pending")][at]
        );
    }
    let statuses = ours.bam_status().await.unwrap();
    let statuses: Vec<_> = statuses
        .iter()
        .map(|one| (&*one.status, one.count))
        .collect();
    assert_eq!(statuses, [("completed", 1), ("pending", 1)]);
    both.execute("DELETE FROM pgboss.bam").await;
    both.end(ours).await;
}
