//! Many jobs deleted at once.

use jobs_pg::JobOptions;
use jobs_pg::operation::{FetchOptions, QueueOptions};
use serde_json::json;

use super::Hand;

const STATES: [&str; 6] = [
    "created",
    "retry",
    "active",
    "completed",
    "cancelled",
    "failed",
];

/// Jobs of each state, more than one statement deletes, in a queue and fewer in another.
async fn fill(hand: &Hand, queue: &str, of_each: u32) {
    for state in STATES {
        sqlx::query("INSERT INTO pgboss.job (name, state) SELECT $1, $2::pgboss.job_state FROM generate_series(1, $3)")
            .bind(queue)
            .bind(state)
            .bind(i32::try_from(of_each).unwrap())
            .execute(hand.database.pool())
            .await
            .unwrap();
    }
}

#[tokio::test]
async fn each_bulk_delete_removes_its_states_of_its_queue_and_tells_how_many() {
    let hand = Hand::with(&["mail", "other"]).await;
    let boss = &hand.boss;
    boss.create_queue("apart", QueueOptions::new().partition(true))
        .await
        .unwrap();
    for queue in ["mail", "apart"] {
        fill(&hand, queue, 6000).await;
        fill(&hand, "other", 1).await;
        let left = async |state: &str| {
            hand.count(&format!("job WHERE name = '{queue}' AND state {state}"))
                .await
        };
        assert_eq!(boss.delete_queued_jobs(queue).await.unwrap(), 12_000);
        assert_eq!(
            (left("< 'active'").await, left(">= 'active'").await),
            (0, 24_000)
        );
        assert_eq!(boss.delete_stored_jobs(queue).await.unwrap(), 18_000);
        assert_eq!(left("= 'active'").await, 6_000);
        assert_eq!(boss.delete_all_jobs(queue).await.unwrap(), 6_000);
        assert_eq!(boss.delete_all_jobs(queue).await.unwrap(), 0);
    }
    assert_eq!(hand.count("job").await, 12);
}

#[tokio::test]
async fn all_jobs_of_all_queues_go_and_the_queues_count_none() {
    let hand = Hand::with(&["mail"]).await;
    let boss = &hand.boss;
    boss.create_queue("apart", QueueOptions::new().partition(true))
        .await
        .unwrap();
    fill(&hand, "mail", 2).await;
    fill(&hand, "apart", 2).await;
    sqlx::query("UPDATE pgboss.queue SET total_count = 12, queued_count = 4, active_count = 2, failed_count = 2")
        .execute(hand.database.pool())
        .await
        .unwrap();
    boss.delete_jobs_of_all_queues().await.unwrap();
    assert_eq!(hand.count("job").await, 0);
    for queue in ["mail", "apart"] {
        let queue = boss.queue(queue).await.unwrap().unwrap();
        let counts = [
            queue.total_count,
            queue.queued_count,
            queue.active_count,
            queue.failed_count,
        ];
        assert_eq!(counts, [0; 4]);
    }
}

#[tokio::test]
async fn deletes_and_loops_at_once_do_not_lock_each_other_out() {
    let hand = Hand::with(&["mail"]).await;
    let boss = &hand.boss;
    let working = async || {
        for _ in 0..15 {
            let jobs = (0..40).map(|n| (n, JobOptions::new()));
            boss.insert("mail", jobs).await.unwrap();
            let fetched = boss
                .fetch("mail", FetchOptions::new().batch_size(30))
                .await
                .unwrap();
            let (done, failed) = fetched.split_at(fetched.len() / 2);
            boss.complete("mail", done, json!(null)).await.unwrap();
            boss.fail("mail", failed, "no").await.unwrap();
        }
    };
    let deleting = async || {
        for _ in 0..15 {
            boss.delete_stored_jobs("mail").await.unwrap();
            boss.delete_queued_jobs("mail").await.unwrap();
            boss.delete_all_jobs("mail").await.unwrap();
        }
    };
    tokio::join!(working(), deleting(), working(), deleting());
    hand.database.assert_not_logged("deadlock");
}
