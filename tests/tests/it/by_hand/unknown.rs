//! An operation on a queue that does not exist is an error that names the ones that may have been meant.

use jobs_pg::operation::{FetchOptions, QueueStatsQuery, Redrive};
use jobs_pg::prelude::*;
use jobs_pg::{ErrorKind, QueuePolicy};
use serde_json::{Value, json};
use tests::Log;
use uuid::Uuid;

use super::Hand;

#[tokio::test]
async fn an_operation_on_an_unknown_queue_names_the_queues_that_may_have_been_meant() {
    let hand = Hand::with(&["mail", "report"]).await;
    let boss = &hand.boss;
    let before = hand.everything().await;
    let change = json!({ "retryLimit": 1 });
    let dead_letter = json!({ "deadLetter": "mial" });
    for (error, what) in [
        (boss.send("mial", 1, ()).await.err(), "queue"),
        (boss.insert("mial", [(1, ())]).await.err(), "queue"),
        (
            boss.set_schedule("mial", "0 6 * * *", (), ()).await.err(),
            "queue",
        ),
        (boss.subscribe("born", "mial").await.err(), "queue"),
        (boss.update_queue("mial", change).await.err(), "queue"),
        (boss.fetch("mial", FetchOptions::new()).await.err(), "queue"),
        (boss.cancel("mial", Uuid::nil()).await.err(), "queue"),
        (boss.redrive("mial", Redrive::new()).await.err(), "queue"),
        (boss.delete_all_jobs("mial").await.err(), "queue"),
        (
            boss.queue_stats("mial", QueueStatsQuery::new()).await.err(),
            "queue",
        ),
        (boss.supervise_queue("mial").await.err(), "queue"),
        (
            boss.create_queue("post", dead_letter.clone()).await.err(),
            "dead letter queue",
        ),
        (
            boss.update_queue("report", dead_letter.clone()).await.err(),
            "dead letter queue",
        ),
        (
            boss.send("report", 1, dead_letter).await.err(),
            "dead letter queue",
        ),
    ] {
        let error = error.expect("it is refused");
        assert_eq!(error.kind(), ErrorKind::NotFound, "{error}");
        let end = format!(": there is no such {what} `mial`; did you mean `mail`?");
        assert!(error.to_string().ends_with(&end), "{error}");
    }
    assert_eq!(hand.everything().await, before);
}

#[tokio::test]
async fn within_a_transaction_an_unknown_queue_is_named_too_and_the_transaction_goes_on() {
    let hand = Hand::with(&["mail"]).await;
    let boss = &hand.boss;
    let mut transaction = boss.pool().begin().await.unwrap();
    let dead_letter = json!({ "deadLetter": "mial" });
    for error in [
        boss.set_schedule("mial", "0 6 * * *", (), ())
            .within(&mut transaction)
            .await
            .err(),
        boss.subscribe("born", "mial")
            .within(&mut transaction)
            .await
            .err(),
        boss.create_queue("post", dead_letter.clone())
            .within(&mut transaction)
            .await
            .err(),
        boss.update_queue("mail", dead_letter)
            .within(&mut transaction)
            .await
            .err(),
    ] {
        let error = error.unwrap().to_string();
        assert!(error.ends_with("`mial`; did you mean `mail`?"), "{error}");
    }
    let sent = boss.send("mail", 1, JobOptions::new());
    sent.within(&mut transaction).await.unwrap();
    transaction.commit().await.unwrap();
    assert_eq!(hand.count("job").await, 1);
}

/// Is declared, and has no queue until it is needed.
#[job(executor = PgBoss)]
async fn bh_unmade(_input: Value) {}

#[tokio::test]
async fn the_queue_of_a_declared_job_is_made_for_its_schedule_and_its_subscription() {
    let hand = Hand::with(&[]).await;
    let boss = &hand.boss;
    boss.set_schedule("bh_unmade", "0 6 * * *", (), ())
        .await
        .unwrap();
    assert!(boss.delete_queue("bh_unmade").await.unwrap());
    boss.subscribe("born", "bh_unmade").await.unwrap();
    assert!(boss.queue("bh_unmade").await.unwrap().unwrap().notify);
}

#[tokio::test]
async fn a_queue_that_exists_with_another_policy_or_table_is_a_warning_that_says_what_to_do() {
    let hand = Hand::with(&["mail"]).await;
    let log = Log::new();
    let short =
        json!({ "policy": QueuePolicy::Short.as_str(), "partition": true, "retryLimit": 9 });
    let before = hand.everything().await;
    hand.boss.create_queue("mail", short.clone()).await.unwrap();
    assert_eq!(hand.everything().await, before);
    let warned = ["WARN", "mail", "\"standard\"", "\"short\"", "delete_queue"];
    assert_eq!(log.lines(&warned).len(), 1);
    let warned = ["WARN", "mail", "partition", "false", "true", "delete_queue"];
    assert_eq!(log.lines(&warned).len(), 1);

    // What is not stated, or is as it was, is no difference.
    hand.boss
        .create_queue("short", short.clone())
        .await
        .unwrap();
    hand.boss.create_queue("short", short).await.unwrap();
    hand.boss.create_queue("short", ()).await.unwrap();
    hand.boss.send("short", 1, JobOptions::new()).await.unwrap();
    assert_eq!(log.lines(&["WARN", "queue=short"]).len(), 0);
}
