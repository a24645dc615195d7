//! Operations in a transaction of the caller's: undone by its rollback, kept by its commit.

use jobs_pg::operation::{
    FetchOptions, Flow, JobUpdate, Operation, QueueOptions, Redrive, UpdateTarget,
};
use jobs_pg::{ErrorKind, JobOptions};
use serde_json::json;
use uuid::Uuid;

use super::Hand;

/// Does it in a transaction that is rolled back, and in one that is committed; only the second changes anything.
async fn undone_and_kept<T: Send + 'static>(hand: &Hand, operation: impl Fn() -> Operation<T>) {
    let before = hand.everything().await;
    let mut transaction = hand.boss.pool().begin().await.unwrap();
    operation().within(&mut transaction).await.unwrap();
    transaction.rollback().await.unwrap();
    assert_eq!(
        hand.everything().await,
        before,
        "{:?} is not undone",
        operation()
    );
    let mut transaction = hand.boss.pool().begin().await.unwrap();
    operation().within(&mut transaction).await.unwrap();
    transaction.commit().await.unwrap();
    assert_ne!(
        hand.everything().await,
        before,
        "{:?} is not kept",
        operation()
    );
}

#[tokio::test]
async fn a_rollback_undoes_what_stores_and_a_commit_keeps_it() {
    let hand = Hand::with(&["mail"]).await;
    let boss = &hand.boss;
    undone_and_kept(&hand, || boss.send("mail", 1, JobOptions::new())).await;
    undone_and_kept(&hand, || {
        boss.insert("mail", [(1, JobOptions::new()), (2, JobOptions::new())])
    })
    .await;
    undone_and_kept(&hand, || {
        boss.upsert("mail", UpdateTarget::newest("k"), JobUpdate::new().data(1))
    })
    .await;
    undone_and_kept(&hand, || {
        boss.update("mail", UpdateTarget::newest("k"), JobUpdate::new().data(2))
    })
    .await;
    undone_and_kept(&hand, || {
        let flow = Flow::new().job("a", "mail", 1).job("b", "mail", 2);
        boss.flow(flow.waits_for("b", ["a"]))
    })
    .await;
    undone_and_kept(&hand, || boss.subscribe("born", "mail")).await;
    undone_and_kept(&hand, || boss.publish("born", 1, JobOptions::new())).await;
    undone_and_kept(&hand, || boss.unsubscribe("born", "mail")).await;
    undone_and_kept(&hand, || {
        boss.set_schedule("mail", "0 6 * * *", (), json!({}))
    })
    .await;
    undone_and_kept(&hand, || boss.unschedule("mail", "")).await;
}

#[tokio::test]
async fn a_rollback_undoes_what_settles_and_a_commit_keeps_it() {
    let hand = Hand::with(&["dead"]).await;
    let boss = &hand.boss;
    let options = QueueOptions::new().dead_letter("dead").retry_limit(0);
    boss.create_queue("mail", options).await.unwrap();
    let job = hand.send("mail").await;
    let fetch = || boss.fetch("mail", FetchOptions::new());
    undone_and_kept(&hand, fetch).await;
    undone_and_kept(&hand, || boss.touch("mail", job)).await;
    undone_and_kept(&hand, || boss.cancel("mail", job)).await;
    undone_and_kept(&hand, || boss.resume("mail", job)).await;
    undone_and_kept(&hand, || boss.fail("mail", job, "no")).await;
    assert_eq!(hand.count("job WHERE name = 'dead'").await, 1);
    undone_and_kept(&hand, || boss.retry("mail", job)).await;
    undone_and_kept(&hand, fetch).await;
    undone_and_kept(&hand, || boss.complete("mail", job, "done")).await;
    undone_and_kept(&hand, || boss.delete_job("mail", job)).await;
    undone_and_kept(&hand, || boss.redrive("dead", Redrive::new())).await;
    undone_and_kept(&hand, || boss.delete_queued_jobs("mail")).await;
    hand.send("mail").await;
    undone_and_kept(&hand, || boss.delete_all_jobs("mail")).await;
    hand.send("mail").await;
    undone_and_kept(&hand, || boss.delete_jobs_of_all_queues()).await;
}

#[tokio::test]
async fn a_rollback_undoes_what_is_done_to_queues_and_a_commit_keeps_it() {
    let hand = Hand::with(&[]).await;
    let boss = &hand.boss;
    for partition in [false, true] {
        let create = || boss.create_queue("mail", QueueOptions::new().partition(partition));
        undone_and_kept(&hand, create).await;
        undone_and_kept(&hand, || {
            boss.update_queue("mail", json!({ "retryLimit": 9 }))
        })
        .await;
        hand.send("mail").await;
        undone_and_kept(&hand, || boss.delete_queue("mail")).await;
    }
}

#[tokio::test]
async fn a_transaction_goes_on_after_an_operation_that_was_refused_in_it() {
    let hand = Hand::with(&["mail"]).await;
    let boss = &hand.boss;
    let exclusive = json!({ "policy": "exclusive" });
    boss.create_queue("one", exclusive).await.unwrap();
    let cancelled = hand.send("one").await;
    boss.cancel("one", cancelled).await.unwrap();
    hand.send("one").await;

    let mut transaction = boss.pool().begin().await.unwrap();
    boss.send("mail", 1, JobOptions::new())
        .within(&mut transaction)
        .await
        .unwrap();
    let flow = Flow::new()
        .job("a", "mail", 1)
        .job("b", "one", 2)
        .waits_for("b", ["a"]);
    let refused = boss.flow(flow).within(&mut transaction).await.unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::Refused);
    let refused = boss
        .resume("one", cancelled)
        .within(&mut transaction)
        .await
        .unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::Refused);
    let refused = boss
        .send("mail", "\0", JobOptions::new())
        .within(&mut transaction)
        .await
        .unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::BadInput);
    boss.send("mail", 2, JobOptions::new())
        .within(&mut transaction)
        .await
        .unwrap();
    transaction.commit().await.unwrap();
    assert_eq!(hand.count("job WHERE name = 'mail'").await, 2);
}

#[tokio::test]
async fn what_is_done_in_a_transaction_is_seen_in_it() {
    let hand = Hand::with(&[]).await;
    let boss = &hand.boss;
    let mut transaction = boss.pool().begin().await.unwrap();
    boss.create_queue("mail", QueueOptions::new())
        .within(&mut transaction)
        .await
        .unwrap();
    let sent = boss
        .send("mail", 1, JobOptions::new())
        .within(&mut transaction)
        .await
        .unwrap();
    let fetched = boss
        .fetch("mail", FetchOptions::new())
        .within(&mut transaction)
        .await
        .unwrap();
    assert_eq!(fetched[0].id, sent.id);
    let done = boss
        .complete("mail", &fetched, "done")
        .within(&mut transaction)
        .await
        .unwrap();
    assert_eq!(done.jobs, [sent.id]);
    transaction.commit().await.unwrap();
    assert_eq!(hand.count("job WHERE state = 'completed'").await, 1);
    assert_eq!(boss.touch("mail", Uuid::nil()).await.unwrap().count(), 0);
}
