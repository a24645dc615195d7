//! Deleting a queue that has a table of its own.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use jobs_pg::operation::QueueOptions;
use tests::eventually;

use super::Hand;

#[tokio::test]
async fn a_queue_with_a_table_of_its_own_is_deleted_while_others_use_the_job_tables_without_a_gap()
{
    let hand = Hand::with(&[]).await;
    let own_table = QueueOptions::new().partition(true);
    hand.boss.create_queue("mail", own_table).await.unwrap();
    hand.send("mail").await;
    let done = Arc::new(AtomicBool::new(false));
    let users: Vec<_> = (0..4)
        .map(|_| {
            let (pool, done) = (hand.database.pool().clone(), Arc::clone(&done));
            tokio::spawn(async move {
                while !done.load(Ordering::Relaxed) {
                    let look = "SELECT pg_sleep(0.06), count(*) FROM pgboss.job";
                    sqlx::query(look).fetch_one(&pool).await.unwrap();
                }
            })
        })
        .collect();
    let in_use = async || {
        let in_use = "SELECT count(*) = 4 FROM pg_locks
                       WHERE relation = 'pgboss.job'::regclass AND granted AND pid <> pg_backend_pid()";
        let in_use = sqlx::query_scalar(in_use);
        in_use.fetch_one(hand.boss.pool()).await.unwrap()
    };
    eventually("four sessions use the job tables", in_use).await;
    assert!(hand.boss.delete_queue("mail").await.unwrap());
    done.store(true, Ordering::Relaxed);
    for user in users {
        user.await.unwrap();
    }
    assert_eq!(hand.count("job").await, 0);
    hand.database.assert_not_logged("deadlock");
    hand.boss.stop().await.unwrap();
}
