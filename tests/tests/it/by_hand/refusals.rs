//! Bad input at every door is an error of its kind that names it, and nothing is written.

use jobs_pg::operation::JobKey;
use jobs_pg::operation::{
    DependencyPage, FetchOptions, FindJobs, Flow, JobUpdate, ListQueues, Operation, QueueOptions,
    Redrive, UpdateTarget,
};
use jobs_pg::{ErrorKind, JobOptions, PgBoss};
use serde_json::{Value, json};
use uuid::Uuid;

use super::Hand;

const NUL: &str = "a\0b";

async fn refused<T: Send + 'static>(operation: Operation<T>, part: &str) {
    let doing = format!("{operation:?}");
    let Err(error) = operation.await else {
        panic!("{doing} was done");
    };
    assert_eq!(error.kind(), ErrorKind::BadInput, "{doing}: {error}");
    assert!(error.to_string().contains(part), "{doing}: {error}");
}

/// What no queue is named.
const NAMES: [&str; 6] = ["", "a b", NUL, "a'b", "ä", "\"q\""];

async fn refused_of_jobs(boss: &PgBoss, queue: &str) {
    let part = "queue name";
    let job = Uuid::nil();
    let none = JobOptions::new;
    refused(boss.send(queue, 1, none()), part).await;
    refused(boss.insert(queue, [(1, none())]), part).await;
    refused(boss.update(queue, job, JobUpdate::new()), part).await;
    refused(boss.upsert(queue, job, JobUpdate::new()), part).await;
    refused(boss.fetch(queue, FetchOptions::new()), part).await;
    refused(boss.complete(queue, job, ()), part).await;
    refused(boss.complete_queued(queue, job, ()), part).await;
    refused(boss.fail(queue, job, ()), part).await;
    refused(boss.dead_letter(queue, job, ()), part).await;
    refused(boss.touch(queue, job), part).await;
    refused(boss.cancel(queue, job), part).await;
    refused(boss.resume(queue, job), part).await;
    refused(boss.retry(queue, job), part).await;
    refused(boss.delete_job(queue, job), part).await;
    refused(boss.find_jobs(queue, FindJobs::new()), part).await;
    refused(boss.dependencies(queue, job, DependencyPage::new()), part).await;
    refused(boss.dependents(queue, job, DependencyPage::new()), part).await;
    let flow = Flow::new().job("a", queue, 1).job("b", "mail", 2);
    refused(boss.flow(flow.waits_for("b", ["a"])), part).await;
}

async fn refused_of_queues(boss: &PgBoss, queue: &str) {
    let part = "queue name";
    refused(boss.create_queue(queue, QueueOptions::new()), part).await;
    refused(boss.update_queue(queue, json!({ "retryLimit": 1 })), part).await;
    refused(boss.delete_queue(queue), part).await;
    refused(boss.queue(queue), part).await;
    refused(
        boss.list_queues(ListQueues::new().names(["mail", queue])),
        part,
    )
    .await;
    refused(boss.list_queues(ListQueues::new().after(queue)), part).await;
    refused(boss.blocked_keys(queue, None), part).await;
    refused(boss.delete_queued_jobs(queue), part).await;
    refused(boss.delete_stored_jobs(queue), part).await;
    refused(boss.delete_all_jobs(queue), part).await;
    refused(boss.redrive(queue, Redrive::new()), part).await;
    refused(boss.redrive("mail", Redrive::new().to(queue)), part).await;
    refused(
        boss.preview_redrive("mail", Redrive::new().from(queue)),
        part,
    )
    .await;
    refused(boss.set_schedule(queue, "* * * * *", (), json!({})), part).await;
    let dead_letter = json!({ "deadLetter": queue });
    refused(
        boss.create_queue("post", dead_letter.clone()),
        "dead letter",
    )
    .await;
    refused(
        boss.update_queue("mail", dead_letter.clone()),
        "dead letter",
    )
    .await;
    refused(boss.send("mail", 1, dead_letter), "dead letter").await;
}

#[tokio::test]
async fn a_name_that_no_queue_has_is_refused_at_every_door() {
    let hand = Hand::with(&["mail"]).await;
    hand.send("mail").await;
    let before = hand.everything().await;
    for name in NAMES {
        refused_of_jobs(&hand.boss, name).await;
        refused_of_queues(&hand.boss, name).await;
    }
    assert_eq!(hand.everything().await, before);
}

#[tokio::test]
async fn a_nul_in_what_is_stored_or_sought_is_refused() {
    let hand = Hand::with(&["mail"]).await;
    let job = hand.send("mail").await;
    let boss = &hand.boss;
    let before = hand.everything().await;
    let none = JobOptions::new;
    for data in [json!(NUL), json!({ "a": [NUL] }), json!({ NUL: 1 })] {
        refused(boss.send("mail", &data, none()), "NUL").await;
        refused(
            boss.insert("mail", [(json!(1), none()), (data.clone(), none())]),
            "NUL",
        )
        .await;
        refused(
            boss.update("mail", job, JobUpdate::new().data(&data)),
            "NUL",
        )
        .await;
        refused(
            boss.upsert("mail", job, JobUpdate::new().data(&data)),
            "NUL",
        )
        .await;
        refused(boss.complete_queued("mail", job, &data), "NUL").await;
        refused(boss.fail("mail", job, &data), "NUL").await;
        refused(boss.publish("born", &data, none()), "NUL").await;
        let flow = Flow::new().job("a", "mail", &data).job("b", "mail", 2);
        refused(boss.flow(flow.waits_for("b", ["a"])), "NUL").await;
        refused(
            boss.set_schedule("mail", "* * * * *", &data, json!({})),
            "NUL",
        )
        .await;
        refused(boss.find_jobs("mail", FindJobs::new().data(&data)), "").await;
        refused(boss.redrive("mail", Redrive::new().data(&data)), "").await;
    }
    refused(
        boss.send("mail", 1, none().singleton_key(NUL)),
        "singleton key",
    )
    .await;
    refused(
        boss.update("mail", UpdateTarget::all(NUL), JobUpdate::new()),
        "singleton key",
    )
    .await;
    refused(
        boss.upsert("mail", UpdateTarget::all(NUL), JobUpdate::new()),
        "singleton key",
    )
    .await;
    refused(boss.send("mail", 1, none().group(NUL)), "").await;
    refused(boss.find_jobs("mail", FindJobs::new().key(NUL)), "").await;
    refused(boss.blocked_keys("mail", Some(NUL)), "").await;
    refused(boss.subscribe(NUL, "mail"), "").await;
    refused(boss.unsubscribe(NUL, "mail"), "").await;
    refused(boss.publish(NUL, 1, none()), "").await;
    refused(boss.unschedule("mail", NUL), "").await;
    assert_eq!(hand.everything().await, before);
}

#[tokio::test]
async fn a_limit_out_of_bounds_is_refused_by_every_list() {
    let hand = Hand::with(&["mail"]).await;
    let boss = &hand.boss;
    for limit in [0, 100_001, u32::MAX] {
        let part = &limit.to_string();
        refused(boss.find_jobs("mail", FindJobs::new().limit(limit)), part).await;
        refused(
            boss.dependencies("mail", Uuid::nil(), DependencyPage::new().limit(limit)),
            part,
        )
        .await;
        refused(
            boss.dependents("mail", Uuid::nil(), DependencyPage::new().limit(limit)),
            part,
        )
        .await;
        refused(boss.list_queues(ListQueues::new().limit(limit)), part).await;
        refused(boss.redrive("mail", Redrive::new().limit(limit)), part).await;
        refused(
            boss.preview_redrive("mail", Redrive::new().limit(limit)),
            part,
        )
        .await;
        refused(
            boss.list_schedules(jobs_pg::operation::ListSchedules::new().limit(limit)),
            part,
        )
        .await;
    }
    refused(
        boss.fetch("mail", FetchOptions::new().batch_size(0)),
        "batch_size",
    )
    .await;
    refused(
        boss.fetch("mail", FetchOptions::new().min_priority(2).max_priority(1)),
        "min_priority",
    )
    .await;
    refused(
        boss.fetch("mail", FetchOptions::new().group_tier("large", 1)),
        "group_concurrency",
    )
    .await;
    let after = JobKey {
        name: "a b".into(),
        id: Uuid::nil(),
    };
    refused(
        boss.dependents("mail", Uuid::nil(), DependencyPage::new().after(after)),
        "queue name",
    )
    .await;
}

#[tokio::test]
async fn options_that_there_are_not_or_that_never_change_are_refused() {
    let hand = Hand::with(&["mail"]).await;
    let job = hand.send("mail").await;
    let boss = &hand.boss;
    let before = hand.everything().await;
    let change = |options: Value| JobUpdate::new().data(2).with(options);
    for (options, part) in [
        (json!({ "retryLimt": 1 }), "retryLimit"),
        (json!({ "retryLimit": -1 }), "retryLimit"),
        (json!({ "retryLimit": "1" }), "retryLimit"),
        (json!({ "expireInSeconds": 0 }), "expire"),
        (json!({ "heartbeatSeconds": 1 }), "heartbeat"),
        (json!({ "retryDelayMax": 1 }), "retry_delay_max"),
        (json!({ "group": { "id": "" } }), "group"),
        (json!([]), "object"),
    ] {
        refused(boss.send("mail", 1, options.clone()), part).await;
        refused(
            boss.insert("mail", [(1, json!({})), (2, options.clone())]),
            part,
        )
        .await;
        refused(boss.update("mail", job, change(options.clone())), part).await;
        refused(
            boss.upsert("mail", Uuid::nil(), change(options.clone())),
            part,
        )
        .await;
        refused(boss.publish("born", 1, options.clone()), part).await;
        let flow = Flow::new()
            .job_with("a", "mail", 1, options)
            .job("b", "mail", 2);
        refused(boss.flow(flow.waits_for("b", ["a"])), part).await;
    }
    for (fixed, part) in [
        (json!({ "id": Uuid::nil() }), "`id`"),
        (json!({ "singletonKey": "k" }), "`singleton_key`"),
        (json!({ "singletonSeconds": 5 }), "`throttle`"),
    ] {
        refused(boss.update("mail", job, change(fixed.clone())), part).await;
        refused(boss.upsert("mail", job, change(fixed)), part).await;
    }
    for (options, part) in [
        (json!({ "retryLimt": 3 }), "retryLimit"),
        (json!({ "policy": "shrt" }), "short"),
    ] {
        refused(boss.create_queue("post", options), part).await;
    }
    refused(
        boss.update_queue("mail", json!({ "policy": "short" })),
        "policy",
    )
    .await;
    refused(
        boss.update_queue("mail", QueueOptions::new().partition(true)),
        "partition",
    )
    .await;
    assert_eq!(hand.everything().await, before);
}

#[tokio::test]
async fn a_flow_that_cannot_be_is_refused() {
    let hand = Hand::with(&["mail"]).await;
    let boss = &hand.boss;
    let flow = || {
        Flow::new()
            .job("a", "mail", 1)
            .job("b", "mail", 2)
            .job("c", "mail", 3)
    };
    for (flow, part) in [
        (flow(), "waits for another"),
        (Flow::new().job("a", "mail", 1), "two jobs"),
        (flow().waits_for("a", ["a"]), "`a`"),
        (
            flow()
                .waits_for("a", ["b"])
                .waits_for("b", ["c"])
                .waits_for("c", ["a"]),
            "wait for itself",
        ),
        (flow().waits_for("a", ["d"]), "`d`"),
        (flow().waits_for("d", ["a"]), "`d`"),
        (flow().job("a", "mail", 4).waits_for("a", ["b"]), "`a`"),
    ] {
        refused(boss.flow(flow), part).await;
    }
    let lost = Flow::new()
        .job("a", "mail", 1)
        .job("b", "nobody", 2)
        .waits_for("b", ["a"]);
    assert_eq!(
        boss.flow(lost).await.unwrap_err().kind(),
        ErrorKind::NotFound
    );
    assert_eq!(hand.count("job").await, 0);
}

#[tokio::test]
async fn what_names_nothing_does_nothing() {
    let hand = Hand::with(&["mail"]).await;
    hand.send("mail").await;
    let boss = &hand.boss;
    let before = hand.everything().await;
    assert!(
        boss.publish("nobody", 1, JobOptions::new())
            .await
            .unwrap()
            .is_empty()
    );
    assert_eq!(
        boss.subscribe("born", "nobody").await.unwrap_err().kind(),
        ErrorKind::NotFound
    );
    assert!(!boss.unsubscribe("born", "mail").await.unwrap());
    let update = boss
        .update_queue("nobody", json!({ "retryLimit": 1 }))
        .await;
    assert_eq!(update.unwrap_err().kind(), ErrorKind::NotFound);
    assert!(!boss.delete_queue("nobody").await.unwrap());
    let upsert = boss
        .upsert("nobody", UpdateTarget::all("k"), JobUpdate::new().data(1))
        .await;
    assert_eq!(upsert.unwrap_err().kind(), ErrorKind::NotFound);
    let unknown = boss
        .create_queue("post", json!({ "deadLetter": "nobody" }))
        .await;
    assert_eq!(unknown.unwrap_err().kind(), ErrorKind::NotFound);
    let past_all = ListQueues::new().after("zzz");
    assert!(boss.list_queues(past_all).await.unwrap().is_empty());
    let gone = boss
        .find_jobs("mail", FindJobs::new().after(Uuid::nil()))
        .await;
    assert_eq!(gone.unwrap_err().kind(), ErrorKind::NotFound);
    assert_eq!(hand.everything().await, before);
}
