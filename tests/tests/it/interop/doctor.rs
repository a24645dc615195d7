//! What pg-boss's own check says of our schema.

use jobs_pg::prelude::*;
use serde_json::json;
use tests::node::{Behaviour, Node};
use tests::{Database, eventually};

use super::queues::{
    IoExclusive, IoExclusiveApart, IoKeyStrictFifo, IoKeyStrictFifoApart, IoShort, IoShortApart,
    IoSingleton, IoSingletonApart, IoStandard, IoStandardApart, IoStately, IoStatelyApart, QUEUES,
};
use super::{Both, start};

const AWKWARD: &str = "\"Quo te-S\"";

#[job(executor = PgBoss, options(retry_limit = 1, retry_delay = 0, dead_letter = "io_grave"), schedule(cron = "* * * * *", key = "doctor"))]
async fn io_patient(ill: bool) -> Result<(), JobError> {
    match ill {
        true => Err(JobError::from(std::io::Error::other("it hurts"))),
        false => Ok(()),
    }
}

/// The jobs of every policy, with and without a partition.
type EveryPolicy = (
    (
        IoStandard,
        IoShort,
        IoSingleton,
        IoStately,
        IoExclusive,
        IoKeyStrictFifo,
    ),
    (
        IoStandardApart,
        IoShortApart,
        IoSingletonApart,
        IoStatelyApart,
        IoExclusiveApart,
        IoKeyStrictFifoApart,
    ),
);

#[tokio::test]
async fn case_69_doctor_finds_the_schema_in_order_after_all_that_both_can_do() {
    let Some(both) = Both::with(json!({ "supervise": true, "schedule": true })).await else {
        return;
    };
    let ours = PgBoss::builder()
        .url(both.database.url())
        .only::<(EveryPolicy, IoPatient)>();
    let ours = start(ours).await;
    ours.subscribe("hurt", "io_patient").await.unwrap();
    both.boss.call("publish", json!(["hurt", true])).await;
    for (queue, _, _) in QUEUES {
        both.send(queue, json!(null), json!({ "singletonKey": "k" }))
            .await;
    }
    let flow = json!([
        { "ref": "parent", "name": "io_standard" },
        { "ref": "child", "name": "io_standard", "dependsOn": ["parent"] },
    ]);
    both.boss.call("flow", json!([flow])).await;
    both.boss
        .call("schedule", json!(["io_short", "* * * * *"]))
        .await;
    nodes_own(&both).await;
    both.boss.call("supervise", json!([])).await;
    for what in [
        "count(*) = 0 FROM pgboss.job WHERE name LIKE 'io\\_%' AND name <> 'io_grave' AND state IN ('created', 'active', 'retry')",
        "count(*) > 0 FROM pgboss.job WHERE name = 'io_grave'",
        "count(*) = 3 FROM pgboss.job WHERE name = 'io_standard' AND state = 'completed'",
        "count(*) > 0 FROM pgboss.job WHERE name = '__pgboss__send-it' AND state = 'completed'",
        "bool_and(monitor_on IS NOT NULL AND maintain_on IS NOT NULL) FROM pgboss.queue",
    ] {
        eventually(what, async || both.value(&format!("SELECT {what}")).await).await;
    }
    both.boss.call("redrive", json!(["io_grave"])).await;
    let diagnosis = both.node.doctor(&both.database, "pgboss").await;
    assert!(diagnosis.healthy, "{}", diagnosis.said);
    both.end(ours).await;
}

/// Queues that Node makes, works, changes and removes.
async fn nodes_own(both: &Both) {
    let at_once = || json!({ "pollingIntervalSeconds": 0.5 });
    both.queue("grave", json!({ "partition": true })).await;
    let mortal =
        json!({ "partition": true, "policy": "stately", "retryLimit": 0, "deadLetter": "grave" });
    both.queue("mortal", mortal).await;
    let message = "no".to_owned();
    both.boss
        .work("mortal", at_once(), Behaviour::Throw { message })
        .await;
    both.boss.work("grave", at_once(), Behaviour::Echo).await;
    both.send("mortal", json!({ "a": 1 }), json!({})).await;
    both.boss.handles("grave", 1).await;
    let change = json!({ "retryLimit": 5, "notify": true, "warningQueueSize": 3 });
    both.boss
        .call("updateQueue", json!(["mortal", change]))
        .await;
    both.queue("passing", json!({ "partition": true })).await;
    both.boss.call("deleteQueue", json!(["passing"])).await;
}

#[tokio::test]
async fn doctor_finds_our_schema_in_order() {
    stays_healthy("pgboss").await;
}

#[tokio::test]
async fn doctor_finds_our_schema_in_order_under_an_awkward_name() {
    stays_healthy(AWKWARD).await;
}

/// Before jobs ran, and after they were submitted, had failed, went to the dead letter queue and were swept.
async fn stays_healthy(schema: &str) {
    let Some(node) = Node::ready().await else {
        return;
    };
    let database = Database::new().await;
    let boss = PgBoss::builder()
        .url(database.url())
        .schema(schema)
        .work(false);
    let boss = start(boss).await;
    let check = async || {
        let diagnosis = node.doctor(&database, schema).await;
        assert!(diagnosis.healthy, "{}", diagnosis.said);
    };
    check().await;
    boss.stop().await.unwrap();

    let boss = PgBoss::builder()
        .url(database.url())
        .schema(schema)
        .only::<IoPatient>();
    let boss = start(boss).await;
    let patients = IoPatient::run_now().on(&boss);
    let patients = patients.submit_many([true, false, true]).await.unwrap();
    for (patient, well) in patients.iter().zip([false, true, false]) {
        assert_eq!(patient.output().await.is_ok(), well);
    }
    let done = |what: &str| {
        let schema = schema.to_owned();
        let query = format!("SELECT {what}").replace('@', &format!("{schema}."));
        let pool = database.pool().clone();
        async move {
            let query = sqlx::query_scalar(sqlx::AssertSqlSafe(query));
            query.fetch_one(&pool).await.unwrap()
        }
    };
    for what in [
        "(SELECT count(*) = 2 FROM @job WHERE name = 'io_grave')",
        "EXISTS (SELECT FROM @job WHERE name = '__pgboss__send-it' AND state = 'completed')",
        "(SELECT bool_and(monitor_on IS NOT NULL AND maintain_on IS NOT NULL) FROM @queue)",
    ] {
        eventually(what, async || done(what).await).await;
    }
    check().await;
    boss.stop().await.unwrap();
}
