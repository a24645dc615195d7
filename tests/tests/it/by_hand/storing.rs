//! All ways to store jobs have the same guards: a deleted queue is made again, races are run again, duplicates are named.

use jobs_pg::operation::{Enqueued, Flow, JobUpdate, QueueOptions, UpdateTarget};
use jobs_pg::prelude::*;
use jobs_pg::{ErrorKind, PgBossSubmission, QueuePolicy};
use serde_json::json;
use tests::eventually;
use uuid::Uuid;

use super::Hand;

/// Is submitted after its queue was deleted.
#[job(executor = PgBoss)]
async fn bh_remade(number: u32) -> u32 {
    number
}

/// One job of each key.
#[job(executor = PgBoss, queue(policy = "exclusive"))]
async fn bh_exclusive(number: u32) -> u32 {
    number
}

/// Gets the dead letters of the one below.
#[job(executor = PgBoss, queue(policy = "short"))]
async fn bh_remade_dead(_number: u32) {}

#[job(executor = PgBoss, options(dead_letter = "bh_remade_dead"))]
async fn bh_remade_with_dead(_number: u32) {}

const QUEUE: &str = "bh_remade";

impl Hand {
    /// Deletes the queue that this process has made before.
    async fn without_queue(&self) {
        assert!(self.boss.delete_queue(QUEUE).await.unwrap());
    }

    /// Whether a statement waits for a lock.
    async fn waits(&self) -> bool {
        let waits = "SELECT count(*) > 0 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()";
        let waits = sqlx::query_scalar(waits);
        waits.fetch_one(self.database.pool()).await.unwrap()
    }
}

#[tokio::test]
async fn a_deleted_queue_of_a_declared_job_is_made_again_by_every_way_to_store_jobs() {
    let hand = Hand::with(&["other"]).await;
    let (boss, none) = (&hand.boss, JobOptions::new);
    let keyed = || BhRemade::run_now().singleton_key("k").on(boss);
    keyed().submit(1).await.unwrap();

    hand.without_queue().await;
    keyed().submit(1).await.unwrap();
    hand.without_queue().await;
    keyed().submit_many([1, 2]).await.unwrap();
    hand.without_queue().await;
    let mut transaction = boss.pool().begin().await.unwrap();
    keyed().submit_in(&mut transaction, 1).await.unwrap();
    transaction.commit().await.unwrap();
    hand.without_queue().await;
    assert!(keyed().upsert(1).await.unwrap().is_new());
    hand.without_queue().await;
    boss.send(QUEUE, 1, none()).await.unwrap();
    hand.without_queue().await;
    let mut transaction = boss.pool().begin().await.unwrap();
    boss.send(QUEUE, 1, none())
        .within(&mut transaction)
        .await
        .unwrap();
    transaction.commit().await.unwrap();
    hand.without_queue().await;
    boss.insert(QUEUE, [(1, none())]).await.unwrap();
    hand.without_queue().await;
    let change = JobUpdate::new().data(1);
    boss.upsert(QUEUE, UpdateTarget::newest("k"), change)
        .await
        .unwrap();
    hand.without_queue().await;
    let flow = Flow::new().job("a", QUEUE, 1).job("b", "other", 2);
    boss.flow(flow.waits_for("b", ["a"])).await.unwrap();
    hand.without_queue().await;
    let flow = Flow::new()
        .add::<BhRemade>("a", 1, none())
        .job("b", "other", 2);
    boss.flow(flow.waits_for("b", ["a"])).await.unwrap();

    // It is the queue of the attribute, and not one that was made by its name alone.
    let queue = boss.queue(QUEUE).await.unwrap().unwrap();
    assert!(queue.notify);
}

#[tokio::test]
async fn a_dead_letter_queue_that_is_made_again_is_that_of_its_own_job() {
    let hand = Hand::with(&[]).await;
    let submit = async || BhRemadeWithDead::run_now().on(&hand.boss).submit(1).await;
    submit().await.unwrap();
    for queue in ["bh_remade_with_dead", "bh_remade_dead"] {
        assert!(hand.boss.delete_queue(queue).await.unwrap());
    }
    submit().await.unwrap();
    let dead = hand.boss.queue("bh_remade_dead").await.unwrap().unwrap();
    assert_eq!((dead.policy, dead.notify), ("short".into(), true));
}

#[tokio::test]
async fn a_queue_that_no_job_declares_is_not_found_and_nothing_is_stored() {
    let hand = Hand::with(&["mail", "post"]).await;
    let before = hand.everything().await;
    let none = JobOptions::new;
    let sent = hand.boss.send("mial", 1, none()).await;
    let error = sent.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
    assert!(
        error.to_string().contains("did you mean `mail`?"),
        "{error}"
    );

    // Within a transaction too, which goes on.
    let mut transaction = hand.boss.pool().begin().await.unwrap();
    let flow = Flow::new().job("a", "mail", 1).job("b", "mial", 2);
    let flow = hand.boss.flow(flow.waits_for("b", ["a"]));
    assert_eq!(
        flow.within(&mut transaction).await.unwrap_err().kind(),
        ErrorKind::NotFound
    );
    let inserted = hand.boss.insert("pots", [(1, none()), (2, none())]);
    assert_eq!(
        inserted.within(&mut transaction).await.unwrap_err().kind(),
        ErrorKind::NotFound
    );
    transaction.commit().await.unwrap();
    assert_eq!(hand.everything().await, before);
}

fn of_keys(keys: impl Iterator<Item = u32>) -> Vec<(u32, JobOptions)> {
    keys.map(|key| (key, JobOptions::new().singleton_key(key.to_string())))
        .collect()
}

#[tokio::test]
async fn batches_in_opposite_orders_do_not_deadlock() {
    const KEYS: u32 = 60;
    let hand = Hand::with(&[]).await;
    for round in 0..20 {
        let queue = format!("round_{round}");
        let exclusive = QueueOptions::new().policy(QueuePolicy::Exclusive);
        hand.boss.create_queue(&queue, exclusive).await.unwrap();
        // In transactions of the caller's, in which nothing is run again.
        let batch = async |jobs: Vec<(u32, JobOptions)>| {
            let mut transaction = hand.boss.pool().begin().await.unwrap();
            let stored = hand
                .boss
                .insert(&queue, jobs)
                .within(&mut transaction)
                .await;
            let stored = stored.unwrap();
            transaction.commit().await.unwrap();
            stored.iter().filter(|receipt| receipt.is_new).count()
        };
        let (up, down) = (of_keys(0..KEYS), of_keys((0..KEYS).rev()));
        let (up, down) = tokio::join!(batch(up), batch(down));
        assert_eq!(up + down, KEYS as usize);
    }
}

#[tokio::test]
async fn an_insert_that_loses_a_deadlock_is_run_again() {
    let hand = Hand::with(&[]).await;
    let exclusive = QueueOptions::new().policy(QueuePolicy::Exclusive);
    hand.boss.create_queue("keys", exclusive).await.unwrap();
    let mut transaction = hand.boss.pool().begin().await.unwrap();
    // The insert is the one that notices.
    sqlx::query("SET LOCAL deadlock_timeout = '1h'")
        .execute(&mut *transaction)
        .await
        .unwrap();
    let second = hand.boss.insert("keys", of_keys(2..3));
    let second = second.within(&mut transaction).await.unwrap();
    let both = tokio::spawn(hand.boss.insert("keys", of_keys(1..3)).into_future());
    eventually("the insert waits for the second key", async || {
        hand.waits().await
    })
    .await;
    let first = hand.boss.insert("keys", of_keys(1..2));
    let first = first.within(&mut transaction).await.unwrap();
    transaction.commit().await.unwrap();
    let taken = |receipts: &[Enqueued]| Enqueued {
        is_new: false,
        ..receipts[0]
    };
    let both = both.await.unwrap().unwrap();
    assert_eq!(both, [taken(&first), taken(&second)]);
}

#[tokio::test]
async fn a_batch_names_the_job_that_each_duplicate_conflicts_with_in_the_order_it_was_given() {
    let hand = Hand::with(&[]).await;
    let exclusive = QueueOptions::new().policy(QueuePolicy::Exclusive);
    hand.boss.create_queue("keys", exclusive).await.unwrap();
    let standing = hand.boss.insert("keys", of_keys([5, 3].into_iter())).await;
    let standing = standing.unwrap();
    let stored = hand
        .boss
        .insert("keys", of_keys([9, 3, 1, 9, 5, 1].into_iter()));
    let stored = stored.await.unwrap();
    let are_new: Vec<bool> = stored.iter().map(|receipt| receipt.is_new).collect();
    assert_eq!(are_new, [true, false, true, false, false, false]);
    let expected = [
        stored[0].id,
        standing[1].id,
        stored[2].id,
        stored[0].id,
        standing[0].id,
        stored[2].id,
    ];
    let ids: Vec<Uuid> = stored.iter().map(|receipt| receipt.id).collect();
    assert_eq!(ids, expected);
    // Of equal ones the first is stored.
    let data = "SELECT array_agg(data ORDER BY data) = '{1,3,5,9}' FROM pgboss.job";
    let data: bool = sqlx::query_scalar(data)
        .fetch_one(hand.database.pool())
        .await
        .unwrap();
    assert!(data);
}

#[tokio::test]
async fn of_equal_jobs_the_first_is_stored_also_where_ids_are_given() {
    let hand = Hand::with(&["any"]).await;
    let (low, high) = (Uuid::from_u128(1), Uuid::from_u128(2));
    let of = |id| json!({ "id": id, "singletonKey": "k", "singletonSeconds": 600 });
    let stored = hand
        .boss
        .insert("any", [("first", of(high)), ("second", of(low))]);
    let stored = stored.await.unwrap();
    assert_eq!(
        stored,
        [
            Enqueued {
                id: high,
                is_new: true
            },
            Enqueued {
                id: high,
                is_new: false
            }
        ]
    );
}

#[tokio::test]
async fn a_duplicate_of_a_job_that_is_committed_meanwhile_names_it() {
    let hand = Hand::with(&[]).await;
    let boss = hand.boss.clone();
    let submission = || BhExclusive::run_now().singleton_key("k").on(&hand.boss);
    boss.install().await.unwrap();
    let mut transaction = boss.pool().begin().await.unwrap();
    let first = submission().submit_in(&mut transaction, 1).await.unwrap();
    let second = tokio::spawn(submission().submit(2));
    eventually("the second waits for the first", async || {
        hand.waits().await
    })
    .await;
    transaction.commit().await.unwrap();
    let second = second.await.unwrap().unwrap();
    assert_eq!((second.job_id, second.is_new()), (first.job_id, false));
}
