//! Dead letters by `fail` and `dead_letter`, and their way home by `redrive`.

use chrono::{DateTime, Utc};
use jobs_pg::operation::{FetchOptions, Redrive, RedrivePreview};
use serde_json::{Value, json};

use super::{Both, changes, id};

/// Fails one job of a queue for good as Node; gives its id.
pub(super) async fn fail_by_node(both: &Both, queue: &str, data: Value, options: Value) -> String {
    let mut options = options;
    options["retryLimit"] = json!(0);
    let sent = both.send(queue, data, options).await;
    both.boss.call("fetch", json!([queue])).await;
    both.boss
        .call("fail", json!([queue, sent, { "message": "no" }]))
        .await;
    sent
}

#[tokio::test]
async fn case_42_copies_by_fail_and_dead_letter_are_as_nodes() {
    let Some(both) = Both::new().await else {
        return;
    };
    let ours = both.ours().await;
    let dead = json!({ "policy": "short", "retryLimit": 1, "retryDelay": 2, "retryBackoff": true, "retryDelayMax": 7,
        "expireInSeconds": 30, "retentionSeconds": 40, "deleteAfterSeconds": 50, "heartbeatSeconds": 60 });
    let options = json!({ "retryLimit": 0, "priority": 3, "singletonKey": "k", "group": { "id": "g", "tier": "t" } });
    let mut copies = Vec::new();
    for by in ["node", "fail", "dead_letter"] {
        let [queue, letters] = ["mail", "dead"].map(|name| format!("{name}_{by}"));
        both.queue(&letters, dead.clone()).await;
        both.queue(&queue, json!({ "deadLetter": letters, "retryLimit": 4 }))
            .await;
        let options = match by {
            // It has attempts left, and fails for good all the same.
            "dead_letter" => {
                let mut options = options.clone();
                options.as_object_mut().unwrap().remove("retryLimit");
                options
            }
            _ => options.clone(),
        };
        let sent = both.send(&queue, json!({ "n": 1 }), options).await;
        let job = ours
            .fetch(&queue, FetchOptions::new())
            .await
            .unwrap()
            .remove(0);
        let reason = json!({ "message": "no" });
        match by {
            "node" => drop(both.boss.call("fail", json!([queue, sent, reason])).await),
            "fail" => assert_eq!(
                ours.fail(&queue, &job, &reason).await.unwrap().jobs,
                [id(&sent)]
            ),
            _ => assert_eq!(
                ours.dead_letter(&queue, &job, &reason).await.unwrap().jobs,
                [id(&sent)]
            ),
        }
        let source = both.row(&sent).await;
        assert_eq!(source["state"], "failed");
        let copy = both.rows(&letters).await.remove(0);
        for (column, expected) in [
            ("source_name", json!(queue)),
            ("source_id", json!(sent)),
            ("source_created_on", source["created_on"].clone()),
            ("source_retry_count", json!(0)),
            ("source_output", reason),
            ("source_root_id", json!(sent)),
            ("policy", Value::Null),
            ("dead_letter", Value::Null),
            ("retry_delay_max", Value::Null),
        ] {
            assert_eq!(copy[column], expected, "{by} {column}");
        }
        let mut copy = changes(copy, &source);
        for column in ["source_name", "source_id", "source_root_id"] {
            copy[column] = Value::Null;
        }
        copies.push(copy);
    }
    assert_eq!(copies[1], copies[0]);
    assert_eq!(copies[2], copies[0]);
    both.end(ours).await;
}

/// Letters of two queues, one of which is gone, some younger than others; gives the ids of those in `dead`.
async fn letters(both: &Both) -> Vec<Value> {
    both.queue("dead", json!({})).await;
    for queue in ["mail", "post", "gone"] {
        both.queue(queue, json!({ "deadLetter": "dead" })).await;
    }
    for (n, queue) in ["mail", "mail", "post", "gone", "mail"]
        .into_iter()
        .enumerate()
    {
        fail_by_node(
            both,
            queue,
            json!({ "n": n, "even": n % 2 == 0 }),
            json!({ "singletonKey": format!("k{n}") }),
        )
        .await;
        both.execute(&format!(
            "UPDATE pgboss.job SET created_on = '2020-01-0{}' WHERE name = 'dead' AND data->>'n' = '{n}'",
            n + 1
        ))
        .await;
    }
    // Sent there by hand, one comes from nowhere.
    both.send("dead", json!({ "n": 9 }), json!({})).await;
    both.boss.call("deleteQueue", json!(["gone"])).await;
    both.rows("dead").await
}

fn told(preview: &RedrivePreview) -> Value {
    let destinations: Vec<_> = preview
        .destinations
        .iter()
        .map(|(name, count)| json!({ "name": name, "count": count }))
        .collect();
    json!({ "total": preview.total, "destinations": destinations, "unroutable": preview.unroutable })
}

#[tokio::test]
async fn case_42_a_preview_is_nodes_and_a_redrive_does_what_it_says() {
    let Some(both) = Both::new().await else {
        return;
    };
    let ours = both.ours().await;
    let letters = letters(&both).await;
    let before: DateTime<Utc> = "2020-01-03T00:00:00Z".parse().unwrap();
    let first = letters[0]["id"].as_str().unwrap();
    // Options of Node's that take a Date cannot be told as JSON: they are tried on ours alone.
    let filters = [
        (Redrive::new(), json!({}), 4),
        (
            Redrive::new().from("mail"),
            json!({ "sourceName": "mail" }),
            3,
        ),
        (
            Redrive::new().data(json!({ "even": true })),
            json!({ "data": { "even": true } }),
            3,
        ),
        (
            Redrive::new().ids([id(first)]),
            json!({ "ids": [first] }),
            1,
        ),
        (
            Redrive::new().to("post"),
            json!({ "destination": "post" }),
            6,
        ),
        (
            Redrive::new().to("nobody"),
            json!({ "destination": "nobody" }),
            0,
        ),
        (Redrive::new().limit(2), json!({ "limit": 2 }), 2),
        (
            Redrive::new().from("gone"),
            json!({ "sourceName": "gone" }),
            0,
        ),
        (
            Redrive::new()
                .from("mail")
                .to("post")
                .data(json!({ "n": 1 })),
            json!({ "sourceName": "mail", "destination": "post", "data": { "n": 1 } }),
            1,
        ),
    ];
    for (redrive, options, moved) in filters {
        let preview = ours.preview_redrive("dead", redrive.clone()).await.unwrap();
        let by_node = both
            .boss
            .call("previewRedrive", json!(["dead", options]))
            .await;
        assert_eq!(told(&preview), by_node, "{options}");
        // Done, it moves what Node would move, and is undone.
        let mut transaction = ours.pool().begin().await.unwrap();
        let redriven = ours
            .redrive("dead", redrive)
            .within(&mut transaction)
            .await
            .unwrap();
        assert_eq!((redriven.moved, redriven.refused), (moved, 0), "{options}");
        transaction.rollback().await.unwrap();
    }
    let old = ours
        .redrive("dead", Redrive::new().created_before(before))
        .await
        .unwrap();
    assert_eq!(old.moved, 2);
    assert_eq!(
        both.boss.call("redrive", json!(["dead", {}])).await,
        json!(2)
    );
    // What has no home stays as it was.
    assert_eq!(
        both.rows("dead").await,
        [&letters[3..4], &letters[5..]].concat()
    );
    both.end(ours).await;
}

#[tokio::test]
async fn case_42_ours_brings_home_what_node_buried_as_node_does() {
    let Some(both) = Both::new().await else {
        return;
    };
    let ours = both.ours().await;
    let mail = json!({ "policy": "exclusive", "deadLetter": "dead", "retryLimit": 4, "retryDelay": 5, "retryBackoff": true,
        "retryDelayMax": 66, "expireInSeconds": 70, "retentionSeconds": 80, "deleteAfterSeconds": 90, "heartbeatSeconds": 12 });
    both.queue("dead", json!({ "partition": true })).await;
    both.queue("mail", mail).await;
    let mut home = Vec::new();
    for by_us in [true, false] {
        let options = json!({ "priority": 3, "singletonKey": "k", "group": { "id": "g", "tier": "t" }, "retryLimit": 0 });
        let sent = fail_by_node(&both, "mail", json!({ "n": 1 }), options).await;
        match by_us {
            true => assert_eq!(ours.redrive("dead", Redrive::new()).await.unwrap().moved, 1),
            false => assert_eq!(both.boss.call("redrive", json!(["dead", {}])).await, 1),
        }
        assert_eq!(both.rows("dead").await, [] as [Value; 0]);
        let rows = both.rows("mail").await;
        let mut row = rows
            .into_iter()
            .find(|row| row["state"] == "created")
            .unwrap();
        assert_eq!(row["source_root_id"], sent);
        row["source_root_id"] = Value::Null;
        home.push(changes(row, &Value::Null));
        both.boss.call("deleteAllJobs", json!(["mail"])).await;
    }
    assert_eq!(home[0], home[1]);
    both.end(ours).await;
}
