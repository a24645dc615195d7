//! Policies across both sides, and what is not fetched.

use jobs_pg::operation::{FetchOptions, QueueOptions};
use jobs_pg::{JobOptions, QueuePolicy};
use serde_json::{Value, json};

use super::{Both, changes, id, ids};

#[tokio::test]
async fn case_32_a_stately_retry_without_a_place_fails_for_good_with_either() {
    let Some(both) = Both::new().await else {
        return;
    };
    let ours = both.ours().await;
    both.queue("dead", json!({})).await;
    let options = QueueOptions::new()
        .policy(QueuePolicy::Stately)
        .retry_limit(5)
        .retry_delay(1000)
        .dead_letter("dead");
    let mut ends = Vec::new();
    for by_us in [true, false] {
        let queue = format!("mail_{by_us}");
        ours.create_queue(&queue, options.clone()).await.unwrap();
        let mut rows = Vec::new();
        for n in 0..2 {
            let sent = both
                .send(&queue, json!(n), json!({ "singletonKey": "k" }))
                .await;
            // One of a state: a second one is kept out by both.
            assert_eq!(
                both.send(&queue, json!(n), json!({ "singletonKey": "k" }))
                    .await,
                ""
            );
            let kept_out = ours
                .send(&queue, n, JobOptions::new().singleton_key("k"))
                .await
                .unwrap();
            assert_eq!((kept_out.is_new, kept_out.id), (false, id(&sent)));
            let fetched = ours.fetch(&queue, FetchOptions::new()).await.unwrap();
            assert_eq!(fetched[0].id, id(&sent));
            match by_us {
                true => drop(
                    ours.fail(&queue, &fetched[0], json!({ "n": n }))
                        .await
                        .unwrap(),
                ),
                false => drop(
                    both.boss
                        .call("fail", json!([queue, sent, { "n": n }]))
                        .await,
                ),
            }
            rows.push(changes(both.row(&sent).await, &Value::Null));
        }
        assert_eq!(
            (&rows[0]["state"], &rows[1]["state"]),
            (&json!("retry"), &json!("failed"))
        );
        assert_eq!(rows[1]["retry_count"], 0);
        ends.push(rows);
    }
    let copies = both.rows("dead").await;
    assert_eq!(copies.len(), 2);
    for copy in &copies {
        assert_eq!(
            (&copy["data"], &copy["source_output"]["n"]),
            (&json!(1), &json!(1))
        );
    }
    let by_node = ends.pop();
    assert_eq!(ends.pop(), by_node);
    both.end(ours).await;
}

#[tokio::test]
async fn case_33_short_and_exclusive_keep_a_second_job_out_across_both() {
    let Some(both) = Both::new().await else {
        return;
    };
    let ours = both.ours().await;
    for policy in ["short", "exclusive"] {
        for partition in [false, true] {
            let queue = format!("{policy}_{partition}");
            both.queue(&queue, json!({ "policy": policy, "partition": partition }))
                .await;
            for (key, first_by_us) in [("a", true), ("b", false), ("", true)] {
                let keyed = || JobOptions::new().singleton_key(key);
                let options = json!({ "singletonKey": key });
                let first = match first_by_us {
                    true => ours.send(&queue, 1, keyed()).await.unwrap().id,
                    false => id(&both.send(&queue, json!(1), options.clone()).await),
                };
                let kept_out = async || {
                    let second = ours.send(&queue, 2, keyed()).await.unwrap();
                    assert_eq!((second.is_new, second.id), (false, first));
                    assert_eq!(both.send(&queue, json!(2), options.clone()).await, "");
                };
                kept_out().await;
                let fetched = both.fetch(&queue, 1).await;
                assert_eq!(ids(&json!(fetched)), [first]);
                match policy {
                    "exclusive" => kept_out().await,
                    _ => assert!(ours.send(&queue, 2, keyed()).await.unwrap().is_new),
                }
                both.boss.call("deleteAllJobs", json!([queue])).await;
            }
            // No key is the empty one.
            ours.send(&queue, 1, JobOptions::new()).await.unwrap();
            assert_eq!(
                both.send(&queue, json!(2), json!({ "singletonKey": "" }))
                    .await,
                ""
            );
        }
    }
    both.end(ours).await;
}

#[tokio::test]
async fn case_37_neither_fetches_what_is_deferred_or_blocked() {
    let Some(both) = Both::new().await else {
        return;
    };
    let ours = both.ours().await;
    both.queue("mail", json!({})).await;
    let deferred = both
        .send("mail", json!("later"), json!({ "startAfter": 1000 }))
        .await;
    let flow = both
        .boss
        .call(
            "flow",
            json!([[
                { "ref": "parent", "name": "mail", "data": "parent", "options": { "startAfter": 1000 } },
                { "ref": "child", "name": "mail", "data": "child", "dependsOn": ["parent"] },
            ]]),
        )
        .await;
    let many = || FetchOptions::new().batch_size(10);
    assert_eq!(both.fetch("mail", 10).await, [] as [Value; 0]);
    assert!(ours.fetch("mail", many()).await.unwrap().is_empty());
    let early = ours
        .fetch("mail", many().ignore_start_after())
        .await
        .unwrap();
    let mut early: Vec<_> = early.iter().map(|job| job.id.to_string()).collect();
    early.sort_unstable();
    let mut expected = vec![deferred, flow["parent"].as_str().unwrap().to_owned()];
    expected.sort_unstable();
    assert_eq!(early, expected);
    let child = both.row(flow["child"].as_str().unwrap()).await;
    assert_eq!(
        (&child["state"], &child["blocked"]),
        (&json!("created"), &json!(true))
    );
    both.end(ours).await;
}
