//! Node's pg-boss by itself, driven from here: what the interop tests stand on.

use serde_json::json;
use tests::Database;
use tests::node::{Behaviour, Node};

#[tokio::test]
async fn node_works_a_job_it_sent_and_finds_its_schema_in_order() {
    let Some(node) = Node::ready().await else {
        return;
    };
    let database = Database::new().await;
    let boss = node.boss(&database, &json!({})).await;
    boss.call("start", json!([])).await;
    boss.call("createQueue", json!(["greet"])).await;
    boss.work(
        "greet",
        json!({ "pollingIntervalSeconds": 0.5 }),
        Behaviour::Echo,
    )
    .await;
    let id = boss
        .call("send", json!(["greet", { "name": "Tony" }]))
        .await;

    let handled = boss.handles("greet", 1).await;
    assert_eq!(handled[0]["id"], id);
    assert_eq!(handled[0]["data"], json!({ "name": "Tony" }));
    tests::eventually("the job is completed", async || {
        let state = sqlx::query_scalar("SELECT state::text FROM pgboss.job WHERE id::text = $1")
            .bind(id.as_str());
        let state: String = state.fetch_one(database.pool()).await.unwrap();
        state == "completed"
    })
    .await;

    let unknown = boss
        .try_call("send", json!(["unknown", {}]))
        .await
        .unwrap_err();
    assert!(unknown["message"].is_string(), "{unknown}");
    boss.stop().await;
    let diagnosis = node.doctor(&database, "pgboss").await;
    assert!(diagnosis.healthy, "{}", diagnosis.said);
}
