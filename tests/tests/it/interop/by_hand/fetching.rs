//! Fetching by hand: the same jobs as Node's fetch.

use jobs_pg::operation::FetchOptions;
use jobs_pg::{ErrorKind, JobOptions, JobState, PgBoss};
use serde_json::{Value, json};

use super::{Both, ids};

/// Jobs of some priorities and groups.
async fn fill(both: &Both, ours: &PgBoss, queue: &str) {
    both.queue(queue, json!({})).await;
    let jobs = (0..12).map(|n| {
        let options = JobOptions::new().priority(n % 4);
        let options = match n % 3 {
            0 => options,
            1 => options.group("a"),
            _ => options.group(("b", "large")),
        };
        (n, options)
    });
    ours.insert(queue, jobs).await.unwrap();
    both.execute("UPDATE pgboss.job SET created_on = '2020-01-01'::timestamptz + data::text::int * interval '1 min'")
        .await;
}

#[tokio::test]
async fn each_option_fetches_what_nodes_fetches() {
    let Some(both) = Both::new().await else {
        return;
    };
    let ours = both.ours().await;
    let cases = [
        (FetchOptions::new(), json!({})),
        (FetchOptions::new().batch_size(5), json!({ "batchSize": 5 })),
        (
            FetchOptions::new().batch_size(99).min_priority(2),
            json!({ "batchSize": 99, "minPriority": 2 }),
        ),
        (
            FetchOptions::new().batch_size(99).max_priority(1),
            json!({ "batchSize": 99, "maxPriority": 1 }),
        ),
        (
            FetchOptions::new().batch_size(99).priorities(1..=2),
            json!({ "batchSize": 99, "minPriority": 1, "maxPriority": 2 }),
        ),
        (
            FetchOptions::new().batch_size(99).ignore_groups(["a"]),
            json!({ "batchSize": 99, "ignoreGroups": ["a"] }),
        ),
    ];
    for (n, (options, nodes)) in cases.into_iter().enumerate() {
        let [by_us, by_node] = ["r", "n"].map(|side| format!("{side}_{n}"));
        fill(&both, &ours, &by_us).await;
        fill(&both, &ours, &by_node).await;
        let fetched = ours.fetch(&by_us, options).await.unwrap();
        let by_us: Vec<Value> = fetched
            .iter()
            .map(|job| job.data.clone().unwrap().value().cloned().unwrap())
            .collect();
        let told = both.boss.call("fetch", json!([by_node, nodes])).await;
        let mut by_node: Vec<Value> = told
            .as_array()
            .unwrap()
            .iter()
            .map(|job| job["data"].clone())
            .collect();
        // Node's come in no order, ours by priority and age.
        by_node.sort_by_key(|n| (-(n.as_i64().unwrap() % 4), n.as_i64().unwrap()));
        assert_eq!(by_us, by_node, "{nodes}");
    }
    both.end(ours).await;
}

#[tokio::test]
async fn a_group_has_no_more_running_jobs_than_allowed_whoever_fetched_them() {
    let Some(both) = Both::new().await else {
        return;
    };
    let ours = both.ours().await;
    fill(&both, &ours, "mail").await;
    let limited = || {
        FetchOptions::new()
            .batch_size(99)
            .group_concurrency(1)
            .group_tier("large", 3)
    };
    let nodes =
        json!({ "batchSize": 1, "minPriority": 1, "maxPriority": 1, "ignoreGroups": ["b"] });
    // One of group `a` runs with Node.
    let running = both.boss.call("fetch", json!(["mail", nodes])).await;
    assert_eq!(running[0]["groupId"], "a");
    let fetched = ours.fetch("mail", limited()).await.unwrap();
    let of = |group: Option<&str>| {
        fetched
            .iter()
            .filter(|job| job.group_id.as_deref() == group)
            .count()
    };
    assert_eq!([of(None), of(Some("a")), of(Some("b"))], [4, 0, 3]);
    let done = both
        .boss
        .call("complete", json!(["mail", ids(&running)]))
        .await;
    assert_eq!(done["affected"], 1);
    let fetched = ours.fetch("mail", limited()).await.unwrap();
    assert_eq!(fetched.len(), 1);
    assert_eq!(fetched[0].group_id.as_deref(), Some("a"));
    both.end(ours).await;
}

#[tokio::test]
async fn a_fetched_job_is_the_row_as_it_stands() {
    let Some(both) = Both::new().await else {
        return;
    };
    let ours = both.ours().await;
    both.queue("mail", json!({ "partition": true, "heartbeatSeconds": 30 }))
        .await;
    let sent = both
        .send(
            "mail",
            json!({ "to": "tony" }),
            json!({ "singletonKey": "k" }),
        )
        .await;
    let job = ours
        .fetch("mail", FetchOptions::new())
        .await
        .unwrap()
        .remove(0);
    assert_eq!((job.state, job.retry_count), (JobState::Active, 0));
    let row = serde_json::from_value::<jobs_pg::JobDetails>(both.row(&sent).await).unwrap();
    assert_eq!(job, row);
    assert!(job.heartbeat_on.is_some() && job.started_on.is_some());
    // Both refuse to fetch from a queue that does not exist.
    let unknown = ours.fetch("nobody", FetchOptions::new()).await;
    assert_eq!(unknown.unwrap_err().kind(), ErrorKind::NotFound);
    let by_node = both.boss.try_call("fetch", json!(["nobody", {}])).await;
    assert!(by_node.is_err());
    both.end(ours).await;
}

#[tokio::test]
async fn many_loops_of_both_sides_get_each_job_once() {
    let Some(both) = Both::new().await else {
        return;
    };
    let ours = both.ours().await;
    both.queue("mail", json!({})).await;
    ours.insert("mail", (0..400).map(|n| (n, JobOptions::new())))
        .await
        .unwrap();
    let loops: Vec<_> = (0..6)
        .map(|_| {
            let ours = ours.clone();
            tokio::spawn(async move {
                let mut done = 0;
                loop {
                    let jobs = ours
                        .fetch("mail", FetchOptions::new().batch_size(7))
                        .await
                        .unwrap();
                    if jobs.is_empty() {
                        return done;
                    }
                    done += ours.complete("mail", &jobs, "ours").await.unwrap().count();
                }
            })
        })
        .collect();
    let mut done = 0;
    loop {
        let fetched = json!(both.fetch("mail", 7).await);
        if ids(&fetched).is_empty() {
            break;
        }
        let told = both
            .boss
            .call("complete", json!(["mail", ids(&fetched)]))
            .await;
        done += usize::try_from(told["affected"].as_u64().unwrap()).unwrap();
    }
    for one in loops {
        done += one.await.unwrap();
    }
    assert_eq!(done, 400);
    let open = "SELECT count(*) FROM pgboss.job WHERE state <> 'completed' OR retry_count > 0";
    assert_eq!(both.value::<i64>(open).await, 0);
    both.end(ours).await;
}
