//! Finding jobs, queues, keys and dependencies: the same lists as Node's, page by page.

use jobs_pg::operation::JobKey;
use jobs_pg::operation::{DependencyPage, FetchOptions, FindJobs, ListQueues};
use jobs_pg::{ErrorKind, JobOptions};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{Both, id, ids};

async fn fill(both: &Both) {
    both.queue("mail", json!({})).await;
    let jobs: Vec<_> = (0..20)
        .map(|n| json!({ "data": { "n": n, "list": [n % 2, 7] }, "singletonKey": format!("k{}", n % 3) }))
        .collect();
    both.boss.call("insert", json!(["mail", jobs])).await;
    both.fetch("mail", 4).await;
}

#[tokio::test]
async fn each_filter_finds_what_nodes_finds() {
    let Some(both) = Both::new().await else {
        return;
    };
    let ours = both.ours().await;
    fill(&both).await;
    let some = both.fetch("mail", 1).await[0]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    for (sought, nodes, count) in [
        (FindJobs::new(), json!({}), 20),
        (FindJobs::new().id(id(&some)), json!({ "id": some }), 1),
        (
            FindJobs::new().id(Uuid::nil()),
            json!({ "id": Uuid::nil() }),
            0,
        ),
        (FindJobs::new().key("k1"), json!({ "key": "k1" }), 7),
        (FindJobs::new().key(""), json!({ "key": "" }), 0),
        (
            FindJobs::new().data(json!({ "n": 5 })),
            json!({ "data": { "n": 5 } }),
            1,
        ),
        (
            FindJobs::new().data(json!({ "list": [1] })),
            json!({ "data": { "list": [1] } }),
            10,
        ),
        (FindJobs::new().queued(), json!({ "queued": true }), 15),
        (FindJobs::new().limit(3), json!({ "limit": 3 }), 3),
        (
            FindJobs::new().limit(100_000),
            json!({ "limit": 100_000 }),
            20,
        ),
        (
            FindJobs::new()
                .queued()
                .key("k2")
                .data(json!({ "list": [0] }))
                .limit(2),
            json!({ "queued": true, "key": "k2", "data": { "list": [0] }, "limit": 2 }),
            2,
        ),
    ] {
        let found = ours.find_jobs("mail", sought).await.unwrap();
        let found: Vec<Uuid> = found.iter().map(|job| job.id).collect();
        let told = both.boss.call("findJobs", json!(["mail", nodes])).await;
        assert_eq!((found.len(), &found), (count, &ids(&told)), "{nodes}");
    }
    both.end(ours).await;
}

#[tokio::test]
async fn pages_of_jobs_are_nodes_pages() {
    let Some(both) = Both::new().await else {
        return;
    };
    let ours = both.ours().await;
    // All of one moment: the id alone orders them.
    fill(&both).await;
    let mut after: Option<Uuid> = None;
    let mut seen = Vec::new();
    loop {
        let mut sought = FindJobs::new().limit(6);
        let mut nodes = json!({ "limit": 6 });
        if let Some(after) = after {
            sought = sought.after(after);
            nodes["after"] = json!(after);
        }
        let page = ours.find_jobs("mail", sought).await.unwrap();
        let page: Vec<Uuid> = page.iter().map(|job| job.id).collect();
        assert_eq!(
            page,
            ids(&both.boss.call("findJobs", json!(["mail", nodes])).await)
        );
        let Some(last) = page.last() else {
            break;
        };
        after = Some(*last);
        seen.extend(page);
    }
    assert_eq!(seen.len(), 20);

    // What a page begins after must stand.
    ours.delete_job("mail", seen[5]).await.unwrap();
    let gone = ours
        .find_jobs("mail", FindJobs::new().after(seen[5]))
        .await
        .unwrap_err();
    assert_eq!(gone.kind(), ErrorKind::NotFound);
    assert!(gone.to_string().contains(&seen[5].to_string()), "{gone}");
    let by_node = both
        .boss
        .try_call("findJobs", json!(["mail", { "after": seen[5] }]))
        .await;
    assert!(by_node.is_err());
    both.end(ours).await;
}

#[tokio::test]
async fn pages_of_queues_are_nodes_pages() {
    let Some(both) = Both::new().await else {
        return;
    };
    let ours = both.ours().await;
    for name in ["b", "a", "c.1", "C", "a-b", "a_b"] {
        both.queue(name, json!({})).await;
    }
    let names = async |part: ListQueues| {
        let queues = ours.list_queues(part).await.unwrap();
        queues
            .into_iter()
            .map(|queue| queue.name)
            .collect::<Vec<_>>()
    };
    let nodes = async |args: Value| {
        let told = both.boss.call("getQueues", args).await;
        let names = told.as_array().unwrap().iter();
        names
            .map(|queue| queue["name"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    let all = names(ListQueues::new()).await;
    assert_eq!(all, nodes(json!([])).await);
    let mut after: Option<String> = None;
    let mut seen = Vec::new();
    loop {
        let mut part = ListQueues::new().limit(2);
        let mut options = json!({ "limit": 2 });
        if let Some(after) = &after {
            part = part.after(after);
            options["after"] = json!(after);
        }
        let page = names(part).await;
        assert_eq!(page, nodes(json!([null, options])).await);
        after = match page.last() {
            Some(last) => Some(last.clone()),
            None => break,
        };
        seen.extend(page);
    }
    assert_eq!(seen, all);
    let named = names(ListQueues::new().names(["c.1", "b", "nobody"])).await;
    assert_eq!(named, nodes(json!([["c.1", "b", "nobody"]])).await);
    assert_eq!(named.len(), 2);
    let one = ours.queue("c.1").await.unwrap().unwrap();
    let row = both.queue_row("c.1").await;
    assert_eq!(
        (json!(one.name), json!(one.table_name), json!(one.policy)),
        (
            row["name"].clone(),
            row["table_name"].clone(),
            row["policy"].clone()
        )
    );
    assert_eq!(ours.queue("nobody").await.unwrap(), None);
    both.end(ours).await;
}

#[tokio::test]
async fn pages_of_dependencies_are_nodes_pages() {
    let Some(both) = Both::new().await else {
        return;
    };
    let ours = both.ours().await;
    for name in ["mail", "post"] {
        both.queue(name, json!({})).await;
    }
    let mut jobs = vec![];
    for n in 0..5 {
        let name = if n % 2 == 0 { "mail" } else { "post" };
        jobs.push(json!({ "ref": format!("p{n}"), "name": name }));
    }
    jobs.push(
        json!({ "ref": "child", "name": "mail", "dependsOn": ["p0", "p1", "p2", "p3", "p4"] }),
    );
    jobs.push(json!({ "ref": "other", "name": "post", "dependsOn": ["p0"] }));
    let refs = both.boss.call("flow", json!([jobs])).await;
    let [child, parent] = ["child", "p0"].map(|name| id(refs[name].as_str().unwrap()));
    let told = async |method: &str, args: Value| {
        let told = both.boss.call(method, args).await;
        let keys = told.as_array().unwrap().iter();
        keys.map(|key| JobKey {
            name: key["name"].as_str().unwrap().into(),
            id: id(key["id"].as_str().unwrap()),
        })
        .collect::<Vec<_>>()
    };
    let mut after: Option<JobKey> = None;
    let mut seen = 0;
    loop {
        let mut part = DependencyPage::new().limit(2);
        let mut options = json!({ "limit": 2 });
        if let Some(key) = &after {
            part = part.after(key.clone());
            options["after"] = json!({ "name": key.name, "id": key.id });
        }
        let page = ours.dependencies("mail", child, part).await.unwrap();
        assert_eq!(
            page,
            told("getDependencies", json!(["mail", child, options])).await
        );
        seen += page.len();
        after = match page.last() {
            Some(last) => Some(last.clone()),
            None => break,
        };
    }
    assert_eq!(seen, 5);
    let dependents = ours
        .dependents("mail", parent, DependencyPage::new())
        .await
        .unwrap();
    assert_eq!(
        dependents,
        told("getDependents", json!(["mail", parent])).await
    );
    assert_eq!(dependents.len(), 2);
    both.end(ours).await;
}

#[tokio::test]
async fn case_34_blocked_keys_are_nodes_and_a_retry_or_delete_frees_them() {
    let Some(both) = Both::new().await else {
        return;
    };
    let ours = both.ours().await;
    both.queue(
        "mail",
        json!({ "policy": "key_strict_fifo", "retryLimit": 0 }),
    )
    .await;
    let mut failed = Vec::new();
    for key in ["b", "a", "c"] {
        for _ in 0..2 {
            ours.send("mail", key, JobOptions::new().singleton_key(key))
                .await
                .unwrap();
        }
    }
    let fetched = ours
        .fetch("mail", FetchOptions::new().batch_size(9))
        .await
        .unwrap();
    assert_eq!(fetched.len(), 3);
    for job in &fetched {
        ours.fail("mail", job, "no").await.unwrap();
        failed.push(job.id);
    }
    let blocked = async |after: Option<&str>| {
        let keys = ours.blocked_keys("mail", after).await.unwrap();
        let options = after.map_or(json!({}), |after| json!({ "after": after }));
        assert_eq!(
            json!(keys),
            both.boss
                .call("getBlockedKeys", json!(["mail", options]))
                .await
        );
        keys
    };
    assert_eq!(blocked(None).await, ["a", "b", "c"]);
    assert_eq!(blocked(Some("a")).await, ["b", "c"]);
    assert_eq!(both.fetch("mail", 9).await, [] as [Value; 0]);
    ours.retry("mail", failed[0]).await.unwrap();
    ours.delete_job("mail", failed[1]).await.unwrap();
    assert_eq!(blocked(None).await.len(), 1);
    let free = both.fetch("mail", 9).await;
    assert_eq!(free.len(), 2);
    both.end(ours).await;
}
