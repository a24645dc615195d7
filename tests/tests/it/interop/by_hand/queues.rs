//! Queues by `create_queue` and `update_queue`.

use jobs_pg::operation::QueueOptions;
use jobs_pg::{ErrorKind, QueuePolicy};
use serde_json::{Value, json};

use super::Both;

const POLICIES: [QueuePolicy; 6] = [
    QueuePolicy::Standard,
    QueuePolicy::Short,
    QueuePolicy::Singleton,
    QueuePolicy::Stately,
    QueuePolicy::Exclusive,
    QueuePolicy::KeyStrictFifo,
];

/// Every option that is not of the queue's kind.
fn all_options() -> Value {
    json!({
        "retryLimit": 3, "retryDelay": 4, "retryBackoff": true, "retryDelayMax": 50, "expireInSeconds": 60,
        "retentionSeconds": 7000, "deleteAfterSeconds": 8000, "deadLetter": "dead", "heartbeatSeconds": 30,
        "warningQueueSize": 9, "notify": true,
    })
}

/// A queue's row without what is its own, and without its times.
fn options_of(mut row: Value) -> Value {
    row.as_object_mut().unwrap().retain(|column, _| {
        !["name", "table_name", "created_on", "updated_on"].contains(&column.as_str())
    });
    row
}

#[tokio::test]
async fn case_08_queues_created_by_hand_are_to_node_as_its_own() {
    let Some(both) = Both::new().await else {
        return;
    };
    let ours = both.ours().await;
    ours.create_queue("dead", QueueOptions::new())
        .await
        .unwrap();
    for policy in POLICIES {
        for partition in [false, true] {
            for options in [json!({}), all_options()] {
                let mut options = options;
                options["policy"] = json!(policy.as_str());
                options["partition"] = json!(partition);
                let name = format!("{policy}_{partition}_{}", options["retryLimit"]);
                ours.create_queue(&format!("r_{name}"), options.clone())
                    .await
                    .unwrap();
                both.queue(&format!("n_{name}"), options).await;
                let seen = async |side: &str| {
                    let queue = both
                        .boss
                        .call("getQueue", json!([format!("{side}_{name}")]))
                        .await;
                    assert_eq!(queue["table"] != "job_common", partition, "{queue}");
                    let own = ["name", "table", "createdOn", "updatedOn"];
                    let mut queue = queue.as_object().unwrap().clone();
                    queue.retain(|member, _| !own.contains(&member.as_str()));
                    queue
                };
                assert_eq!(seen("r").await, seen("n").await, "{name}");
                let [of_ours, of_node] = [
                    both.queue_row(&format!("r_{name}")).await,
                    both.queue_row(&format!("n_{name}")).await,
                ];
                assert_eq!(options_of(of_ours), options_of(of_node));
            }
        }
    }
    let diagnosis = both.node.doctor(&both.database, "pgboss").await;
    assert!(diagnosis.healthy, "{}", diagnosis.said);
    both.end(ours).await;
}

#[tokio::test]
async fn case_10_creating_a_queue_that_stands_changes_nothing_of_it() {
    let Some(both) = Both::new().await else {
        return;
    };
    let ours = both.ours().await;
    both.queue("dead", json!({})).await;
    both.queue("of_node", json!({ "retryLimit": 9 })).await;
    ours.create_queue("of_ours", json!({ "retryLimit": 9 }))
        .await
        .unwrap();
    let other = {
        let mut other = all_options();
        other["policy"] = json!("short");
        other["partition"] = json!(true);
        other
    };
    for name in ["of_node", "of_ours"] {
        let before = both.queue_row(name).await;
        ours.create_queue(name, other.clone()).await.unwrap();
        both.queue(name, other.clone()).await;
        assert_eq!(both.queue_row(name).await, before);
    }
    both.end(ours).await;
}

#[tokio::test]
async fn case_11_an_update_clears_what_may_be_cleared_and_changes_what_is_given() {
    let Some(both) = Both::new().await else {
        return;
    };
    let ours = both.ours().await;
    both.queue("dead", json!({})).await;
    let updates = [
        json!({ "deadLetter": null }),
        json!({ "heartbeatSeconds": null }),
        json!({ "retryDelayMax": null }),
        json!({ "retryLimit": 7, "retryDelay": 8, "expireInSeconds": 90, "notify": false }),
        json!({ "retryBackoff": true, "retryDelayMax": 99, "retentionSeconds": 1, "deleteAfterSeconds": 0 }),
        json!({ "deadLetter": null, "heartbeatSeconds": 10, "warningQueueSize": 0, "retryBackoff": false }),
        json!({ "retentionSeconds": 2 }),
    ];
    for (n, update) in updates.into_iter().enumerate() {
        let [of_ours, of_node] = ["r", "n"].map(|side| format!("{side}_{n}"));
        both.queue(&of_ours, all_options()).await;
        both.queue(&of_node, all_options()).await;
        let before = both.queue_row(&of_ours).await;
        ours.update_queue(&of_ours, update.clone()).await.unwrap();
        both.boss
            .call("updateQueue", json!([of_node, update]))
            .await;
        let after = both.queue_row(&of_ours).await;
        assert!(
            after["updated_on"] != before["updated_on"]
                && after["created_on"] == before["created_on"]
        );
        assert_eq!(
            options_of(after),
            options_of(both.queue_row(&of_node).await),
            "{update}"
        );
    }
    let cleared = QueueOptions::new()
        .without_dead_letter()
        .without_heartbeat()
        .without_retry_delay_max();
    ours.update_queue("r_6", cleared).await.unwrap();
    let row = both.queue_row("r_6").await;
    for column in ["dead_letter", "heartbeat_seconds", "retry_delay_max"] {
        assert_eq!(row[column], Value::Null);
    }
    both.end(ours).await;
}

#[tokio::test]
async fn case_11_both_refuse_the_same_updates() {
    let Some(both) = Both::new().await else {
        return;
    };
    let ours = both.ours().await;
    both.queue("mail", json!({ "retryBackoff": true })).await;
    let before = both.queue_row("mail").await;
    for update in [
        json!({ "policy": "short" }),
        json!({ "partition": true }),
        json!({ "retryLimit": null }),
        json!({ "notify": null }),
        json!({ "retryLimit": -1 }),
        json!({ "expireInSeconds": 0 }),
        json!({ "expireInSeconds": 86_401 }),
        json!({ "heartbeatSeconds": 9 }),
        json!({ "retentionSeconds": 0 }),
        json!({ "retryDelayMax": 9 }),
        json!({ "deadLetter": "mail" }),
        json!({ "deadLetter": "not a name" }),
    ] {
        let refused = ours.update_queue("mail", update.clone()).await.unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::BadInput, "{update}");
        let by_node = both
            .boss
            .try_call("updateQueue", json!(["mail", update]))
            .await;
        assert!(by_node.is_err(), "{update}");
    }
    let unknown = ours
        .update_queue("mail", json!({ "deadLetter": "nobody" }))
        .await;
    assert_eq!(unknown.unwrap_err().kind(), ErrorKind::NotFound);
    assert_eq!(both.queue_row("mail").await, before);
    // pg-boss does nothing, and says nothing.
    let unknown = ours
        .update_queue("nobody", json!({ "retryLimit": 1 }))
        .await;
    assert_eq!(unknown.unwrap_err().kind(), ErrorKind::NotFound);
    both.end(ours).await;
}
