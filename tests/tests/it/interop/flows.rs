//! Jobs that wait for others, and published events: one side begins, and the other goes on.

use chrono::{DateTime, Utc};
use jobs_pg::ErrorKind;
use jobs_pg::operation::{DependencyPage, Flow, JobKey, QueueOptions};
use jobs_pg::prelude::*;
use serde_json::{Value, json};
use tests::eventually;

use super::{Both, quiet, start};

#[job(executor = PgBoss)]
async fn io_part(input: Value) -> Value {
    input
}

#[job(executor = PgBoss)]
async fn io_whole(input: Value) -> Value {
    input
}

/// Ours, which lets waiting jobs go and works nothing.
async fn resolver(both: &Both) -> PgBoss {
    start(quiet(&both.database).supervise(true).work(false)).await
}

fn time(value: &Value) -> DateTime<Utc> {
    value.as_str().unwrap().parse().unwrap()
}

/// What stands of a job's part in a flow.
async fn waiting(both: &Both, id: &str) -> Value {
    let row = both.row(id).await;
    json!([
        row["state"],
        row["blocked"],
        row["blocking"],
        row["pending_dependencies"]
    ])
}

#[tokio::test]
async fn case_65_ours_completes_the_parents_of_nodes_flow_and_either_lets_the_child_go_once() {
    let Some(both) = Both::new().await else {
        return;
    };
    let ours = both.working::<IoPart>().await;
    for by_us in [true, false] {
        let flow = json!([[
            { "ref": "a", "name": "io_part", "data": 1 },
            { "ref": "b", "name": "io_part", "data": 2 },
            { "ref": "c", "name": "io_whole", "data": 3, "dependsOn": ["a", "b", "a"] },
        ]]);
        let ids = both.boss.call("flow", flow).await;
        let [a, b, c] = ["a", "b", "c"].map(|name| ids[name].as_str().unwrap().to_owned());
        for parent in [&a, &b] {
            both.row_in("completed", parent).await;
        }
        let before = both.row(&c).await;
        if by_us {
            // Ours leaves the parents to whoever resolves.
            assert_eq!(
                waiting(&both, &a).await,
                json!(["completed", false, true, 0])
            );
            let resolver = resolver(&both).await;
            eventually("the child may go", async || {
                both.row(&c).await["blocked"] == false
            })
            .await;
            resolver.stop().await.unwrap();
        } else {
            both.boss.call("resolveFlow", json!([])).await;
        }
        assert_eq!(
            waiting(&both, &c).await,
            json!(["created", false, false, 0])
        );
        assert_eq!(
            waiting(&both, &a).await,
            json!(["completed", false, false, 0])
        );
        let after = both.row(&c).await;
        assert!(time(&after["start_after"]) > time(&before["start_after"]));
        assert_eq!(both.fetch("io_whole", 2).await.len(), 1);
        let done = both.boss.call("complete", json!(["io_whole", c])).await;
        assert_eq!(done["affected"], 1);
    }
    both.end(ours).await;
}

#[tokio::test]
async fn case_66_nodes_completions_let_the_child_of_our_flow_go_and_a_failure_keeps_it() {
    let Some(both) = Both::new().await else {
        return;
    };
    let ours = both.submitting().await;
    let flow = || {
        Flow::new()
            .add::<IoPart>("a", json!(1), JobOptions::new().retry_limit(0))
            .job_with("b", "io_part", json!(2), json!({ "retryLimit": 0 }))
            .job("c", "io_whole", json!({ "n": 3 }))
            .waits_for("c", ["a", "b", "a"])
    };
    let mut flows = Vec::new();
    for _ in 0..2 {
        flows.push(ours.flow(flow()).await.unwrap());
    }
    let id = |flow: usize, name: &str| flows[flow][name].to_string();
    assert_eq!(
        waiting(&both, &id(0, "c")).await,
        json!(["created", true, false, 2])
    );
    let dependencies = both
        .boss
        .call("getDependencies", json!(["io_whole", id(0, "c")]))
        .await;
    let ours_say = ours.dependencies("io_whole", flows[0]["c"], DependencyPage::new());
    let mut ours_say: Vec<String> = ours_say
        .await
        .unwrap()
        .into_iter()
        .map(|JobKey { id, .. }| id.to_string())
        .collect();
    let mut theirs: Vec<String> = dependencies
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["id"].as_str().unwrap().to_owned())
        .collect();
    ours_say.sort();
    theirs.sort();
    assert_eq!(ours_say, theirs);

    both.fetch("io_part", 4).await;
    for (flow, name, verb) in [
        (0, "a", "complete"),
        (0, "b", "complete"),
        (1, "a", "complete"),
        (1, "b", "fail"),
    ] {
        let settled = both
            .boss
            .call(verb, json!(["io_part", id(flow, name)]))
            .await;
        assert_eq!(settled["affected"], 1, "{verb} {name}");
    }
    let resolver = resolver(&both).await;
    eventually("the first child may go", async || {
        both.row(&id(0, "c")).await["blocked"] == false
    })
    .await;
    eventually("the second one has one parent left", async || {
        waiting(&both, &id(1, "c")).await == json!(["created", true, false, 1])
    })
    .await;
    let fetched = both.fetch("io_whole", 5).await;
    assert_eq!(fetched.len(), 1);
    assert_eq!(fetched[0]["id"], id(0, "c"));
    resolver.stop().await.unwrap();
    both.end(ours).await;
}

#[tokio::test]
async fn a_flow_is_stored_whole_or_not_at_all() {
    let Some(both) = Both::new().await else {
        return;
    };
    let ours = both.submitting().await;
    let one_only = QueueOptions::new().policy(jobs_pg::QueuePolicy::Short);
    ours.create_queue("io_narrow", one_only).await.unwrap();
    ours.send("io_narrow", 1, JobOptions::new()).await.unwrap();
    let pair = || Flow::new().job("a", "io_narrow", 2).job("b", "io_whole", 3);
    let kept_out = ours.flow(pair().waits_for("b", ["a"])).await.unwrap_err();
    assert_eq!(kept_out.kind(), ErrorKind::Refused);
    assert!(kept_out.to_string().contains("`a`"), "{kept_out}");
    for (flow, part) in [
        (pair(), "one of them waits"),
        (pair().waits_for("b", ["c"]), "`c`"),
        (
            pair().waits_for("b", ["a"]).waits_for("a", ["b"]),
            "wait for itself",
        ),
        (
            pair().job("a", "io_whole", 4).waits_for("b", ["a"]),
            "two jobs",
        ),
        (
            Flow::new()
                .job("a", "io whole", 1)
                .job("b", "io_whole", 2)
                .waits_for("b", ["a"]),
            "' '",
        ),
    ] {
        let refused = ours.flow(flow).await.unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::BadInput);
        assert!(refused.to_string().contains(part), "{refused}");
    }
    let jobs = "SELECT count(*) FROM pgboss.job";
    assert_eq!(both.value::<i64>(jobs).await, 1);
    both.end(ours).await;
}

#[tokio::test]
async fn case_67_what_either_publishes_goes_to_the_subscriptions_of_both() {
    let Some(both) = Both::new().await else {
        return;
    };
    let ours = both.submitting().await;
    for queue in ["io_heard_by_us", "io_heard_by_node"] {
        both.queue(queue, json!({})).await;
    }
    ours.subscribe("user made", "io_heard_by_us").await.unwrap();
    ours.subscribe("user made", "io_heard_by_us").await.unwrap();
    let theirs = json!(["user made", "io_heard_by_node"]);
    both.boss.call("subscribe", theirs).await;

    let options = json!({ "priority": 4, "singletonKey": "k" });
    let publish = json!(["user made", { "by": "node" }, options]);
    both.boss.call("publish", publish).await;
    let published = ours
        .publish("user made", json!({ "by": "us" }), options)
        .await
        .unwrap();
    let queues: Vec<&str> = published.iter().map(|(queue, _)| queue.as_str()).collect();
    assert_eq!(queues, ["io_heard_by_node", "io_heard_by_us"]);
    for queue in queues {
        let jobs = both.fetch(queue, 5).await;
        let data: Vec<&Value> = jobs.iter().map(|job| &job["data"]["by"]).collect();
        assert_eq!(data.len(), 2, "{queue}: {data:?}");
        assert!(jobs.iter().all(|job| job["priority"] == 4));
    }
    assert!(
        ours.publish("nobody hears", 1, ())
            .await
            .unwrap()
            .is_empty()
    );

    let unknown = ours.subscribe("user made", "io_no_such").await.unwrap_err();
    assert_eq!(unknown.kind(), ErrorKind::NotFound);
    assert!(
        ours.unsubscribe("user made", "io_heard_by_node")
            .await
            .unwrap()
    );
    assert!(
        !ours
            .unsubscribe("user made", "io_heard_by_node")
            .await
            .unwrap()
    );
    both.boss.call("publish", json!(["user made", 1])).await;
    assert!(both.fetch("io_heard_by_node", 5).await.is_empty());
    both.end(ours).await;
}
