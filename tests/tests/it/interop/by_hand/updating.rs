//! Waiting jobs by `update` and `upsert`.

use jobs_pg::JobOptions;
use jobs_pg::operation::{JobUpdate, UpdateTarget};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{Both, changes, id};

/// Three jobs of a key, of different ages, and one of another key; gives their ids.
async fn three(both: &Both, queue: &str) -> Vec<String> {
    let mut sent = Vec::new();
    for (n, key) in ["k", "k", "k", "other"].into_iter().enumerate() {
        let options = json!({ "singletonKey": key, "startAfter": "2030-01-01", "retentionSeconds": 3600, "group": { "id": "g", "tier": "t" } });
        let id = both.send(queue, json!(n), options).await;
        // In one moment both would choose by chance.
        both.execute(&format!(
            "UPDATE pgboss.job SET created_on = '2020-01-0{}' WHERE id = '{id}'",
            n + 1
        ))
        .await;
        sent.push(id);
    }
    sent
}

/// What changes: everything that can, each alone, and nothing.
fn updates() -> Vec<Value> {
    let all = json!({
        "priority": 5, "startAfter": "2031-05-06T07:08:09Z", "retentionSeconds": 60, "expireInSeconds": 61,
        "deleteAfterSeconds": 62, "retryLimit": 6, "retryDelay": 7, "retryBackoff": true, "retryDelayMax": 80,
        "deadLetter": "dead", "heartbeatSeconds": 90, "group": { "id": "h", "tier": "u" },
    });
    let mut updates: Vec<_> = all
        .as_object()
        .unwrap()
        .iter()
        .filter(|(name, _)| *name != "retryDelayMax")
        .map(|(name, value)| json!({ name.as_str(): value }))
        .collect();
    updates.extend([all, json!({}), json!({ "group": { "id": "h" } })]);
    updates
}

#[tokio::test]
async fn case_25_an_update_chooses_and_changes_as_nodes_does() {
    let Some(both) = Both::new().await else {
        return;
    };
    let ours = both.ours().await;
    both.queue("dead", json!({})).await;
    for (n, update) in updates().into_iter().enumerate() {
        let (of_several, target) = match n % 3 {
            0 => ("newest", UpdateTarget::newest("k")),
            1 => ("oldest", UpdateTarget::oldest("k")),
            _ => ("all", UpdateTarget::all("k")),
        };
        let [by_us, by_node] = ["r", "n"].map(|side| format!("{side}_{n}"));
        let mut before = Vec::new();
        for queue in [&by_us, &by_node] {
            both.queue(queue, json!({})).await;
            three(&both, queue).await;
            before = both.rows(queue).await;
        }
        let change = JobUpdate::new()
            .data(json!({ "new": n }))
            .with(update.clone());
        let updated = ours.update(&by_us, target, change).await.unwrap();
        let mut options = update.clone();
        options["singletonKey"] = json!("k");
        options["match"] = json!(of_several);
        let told = both
            .boss
            .call("update", json!([by_node, { "new": n }, options]))
            .await;
        assert_eq!(json!(updated.jobs.len()), told["updated"]);
        assert_eq!(updated.jobs.len(), if of_several == "all" { 3 } else { 1 });
        let after = async |queue: &str| {
            let rows = both.rows(queue).await;
            rows.into_iter()
                .zip(&before)
                .map(|(row, before)| changes(row, before))
                .collect::<Vec<_>>()
        };
        assert_eq!(
            after(&by_us).await,
            after(&by_node).await,
            "{update} {of_several}"
        );
    }
    both.end(ours).await;
}

#[tokio::test]
async fn case_25_keep_until_moves_with_the_start() {
    let Some(both) = Both::new().await else {
        return;
    };
    let ours = both.ours().await;
    both.queue("mail", json!({})).await;
    let sent = three(&both, "mail").await;
    let kept = async || {
        both.value::<String>(&format!(
            "SELECT concat_ws(' ', start_after AT TIME ZONE 'UTC', keep_until - start_after) FROM pgboss.job WHERE id = '{}'",
            sent[0]
        ))
        .await
    };
    let to = |start: &str| JobUpdate::new().with(JobOptions::new().start_after(start));
    ours.update("mail", id(&sent[0]), to("2032-01-01"))
        .await
        .unwrap();
    assert_eq!(kept().await, "2032-01-01 00:00:00 01:00:00");
    let kept_longer = to("2033-01-01").with(json!({ "retentionSeconds": 7200 }));
    ours.update("mail", id(&sent[0]), kept_longer)
        .await
        .unwrap();
    assert_eq!(kept().await, "2033-01-01 00:00:00 02:00:00");
    ours.update("mail", id(&sent[0]), JobUpdate::new().data(1))
        .await
        .unwrap();
    assert_eq!(kept().await, "2033-01-01 00:00:00 02:00:00");
    // Due now, it is fetched.
    let now = JobUpdate::new().with(JobOptions::new().start_after(0));
    ours.update("mail", id(&sent[0]), now).await.unwrap();
    let fetched = both.fetch("mail", 9).await;
    assert_eq!(
        (fetched.len(), fetched[0]["id"].as_str()),
        (1, Some(sent[0].as_str()))
    );
    // What runs is left alone.
    let late = ours
        .update("mail", id(&sent[0]), to("2034-01-01"))
        .await
        .unwrap();
    assert_eq!((late.jobs, late.inserted), (Vec::<Uuid>::new(), false));
    both.end(ours).await;
}

#[tokio::test]
async fn case_25_a_null_is_json_null_as_with_node() {
    let Some(both) = Both::new().await else {
        return;
    };
    let ours = both.ours().await;
    both.queue("mail", json!({})).await;
    let [ours_id, nodes_id] = [
        both.send("mail", json!(1), json!({})).await,
        both.send("mail", json!(1), json!({})).await,
    ];
    ours.update("mail", id(&ours_id), JobUpdate::new().data(Value::Null))
        .await
        .unwrap();
    both.boss
        .call("update", json!(["mail", null, { "id": nodes_id }]))
        .await;
    let kinds: Vec<String> = sqlx::query_scalar("SELECT jsonb_typeof(data) FROM pgboss.job")
        .fetch_all(both.database.pool())
        .await
        .unwrap();
    assert_eq!(kinds, ["null", "null"]);
    both.end(ours).await;
}

#[tokio::test]
async fn case_24_many_upserts_of_both_sides_at_once_make_one_job() {
    let Some(both) = Both::new().await else {
        return;
    };
    let ours = both.ours().await;
    for partition in [false, true] {
        let queue = format!("mail_{partition}");
        both.queue(&queue, json!({ "partition": partition })).await;
        for round in 0..10 {
            let key = format!("k{round}");
            let by_us = (0..20).map(|n| {
                let (ours, queue, key) = (ours.clone(), queue.clone(), key.clone());
                tokio::spawn(async move {
                    let change = JobUpdate::new().data(json!({ "by_us": n }));
                    ours.upsert(&queue, UpdateTarget::newest(key), change)
                        .await
                        .unwrap()
                })
            });
            let by_us: Vec<_> = by_us.collect();
            let (boss, args) = (
                &both.boss,
                json!([queue, { "by_node": 1 }, { "singletonKey": key }]),
            );
            let by_node = async || boss.call("upsert", args.clone()).await;
            let by_node: [Value; 6] = {
                let (a, b, c, d, e, f) = tokio::join!(
                    by_node(),
                    by_node(),
                    by_node(),
                    by_node(),
                    by_node(),
                    by_node()
                );
                [a, b, c, d, e, f]
            };
            let mut inserted = 0;
            let mut touched = Vec::new();
            for one in by_us {
                let one = one.await.unwrap();
                inserted += u64::from(one.inserted);
                touched.extend(one.jobs);
            }
            for one in &by_node {
                inserted += one["inserted"].as_u64().unwrap();
                touched.push(id(one["jobs"][0].as_str().unwrap()));
            }
            let rows = both.rows(&queue).await;
            let rows: Vec<_> = rows
                .iter()
                .filter(|row| row["singleton_key"] == key)
                .collect();
            assert_eq!((rows.len(), inserted), (1, 1));
            assert_eq!(rows[0]["upsert_by_key"], true);
            assert_eq!(touched, vec![id(rows[0]["id"].as_str().unwrap()); 26]);
        }
    }
    both.database.assert_not_logged("deadlock");
    both.end(ours).await;
}

#[tokio::test]
async fn an_upsert_by_id_stores_that_job_or_changes_it() {
    let Some(both) = Both::new().await else {
        return;
    };
    let ours = both.ours().await;
    both.queue("mail", json!({})).await;
    let given = Uuid::now_v7();
    let change = |n: i32| JobUpdate::new().data(n).with(JobOptions::new().priority(n));
    let first = ours.upsert("mail", given, change(1)).await.unwrap();
    assert_eq!((first.jobs, first.inserted), (vec![given], true));
    let second = ours.upsert("mail", given, change(2)).await.unwrap();
    assert_eq!((second.jobs, second.inserted), (vec![given], false));
    let by_node = both
        .boss
        .call("upsert", json!(["mail", 3, { "id": given }]))
        .await;
    assert_eq!(
        (&by_node["updated"], &by_node["inserted"]),
        (&json!(1), &json!(0))
    );
    let row = both.row(&given.to_string()).await;
    assert_eq!(
        (&row["data"], &row["priority"], &row["upsert_by_key"]),
        (&json!(3), &json!(2), &Value::Null)
    );
    both.end(ours).await;
}

#[tokio::test]
async fn an_upsert_by_key_stores_what_nodes_stores() {
    let Some(both) = Both::new().await else {
        return;
    };
    let ours = both.ours().await;
    both.queue("dead", json!({})).await;
    let all = updates().into_iter().rev().nth(2).unwrap();
    for name in ["by_us", "by_node"] {
        both.queue(name, json!({ "policy": "short" })).await;
    }
    let change = JobUpdate::new().data(json!({ "a": 1 })).with(all.clone());
    ours.upsert("by_us", UpdateTarget::newest("k"), change)
        .await
        .unwrap();
    let mut options = all;
    options["singletonKey"] = json!("k");
    both.boss
        .call("upsert", json!(["by_node", { "a": 1 }, options]))
        .await;
    let [by_us, by_node] = [both.rows("by_us").await, both.rows("by_node").await];
    for column in ["start_after", "keep_until"] {
        assert_eq!(by_us[0][column], by_node[0][column]);
    }
    let row = |rows: Vec<Value>| changes(rows[0].clone(), &Value::Null);
    assert_eq!(row(by_us), row(by_node));
    both.end(ours).await;
}
