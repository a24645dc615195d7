//! Queues that are deleted, at rest and in use.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use jobs_pg::ErrorKind;
use jobs_pg::operation::{FetchOptions, QueueOptions};
use jobs_pg::prelude::*;
use serde_json::{Value, json};
use tests::node::Behaviour;

use super::Both;

#[job(executor = PgBoss)]
async fn ih_beside(number: u32) -> u32 {
    number
}

#[job(executor = PgBoss, queue(partition = true))]
async fn ih_doomed(number: u32) -> u32 {
    number
}

#[tokio::test]
async fn case_12_node_is_told_that_a_queue_it_knew_is_gone() {
    let Some(both) = Both::new().await else {
        return;
    };
    let ours = both.ours().await;
    for partition in [false, true] {
        both.queue("mail", json!({ "partition": partition })).await;
        both.send("mail", json!(1), json!({})).await;
        assert!(ours.delete_queue("mail").await.unwrap());
        let told = both
            .boss
            .try_call("send", json!(["mail", 2, {}]))
            .await
            .unwrap_err();
        assert!(
            told["message"].as_str().unwrap().contains("does not exist"),
            "{told}"
        );
        assert!(!ours.delete_queue("mail").await.unwrap());
        assert_eq!(both.rows("mail").await, [] as [Value; 0]);
    }
    both.end(ours).await;
}

#[tokio::test]
async fn case_13_node_finds_the_new_table_of_a_queue_that_was_made_anew() {
    let Some(both) = Both::new().await else {
        return;
    };
    let ours = both.ours().await;
    let mut partition = false;
    both.queue("mail", json!({})).await;
    both.send("mail", json!(0), json!({})).await;
    for round in 1..4 {
        partition = !partition;
        assert!(ours.delete_queue("mail").await.unwrap());
        ours.create_queue("mail", QueueOptions::new().partition(partition))
            .await
            .unwrap();
        // Node's first one may go to where the queue was.
        let _ = both
            .boss
            .try_call("send", json!(["mail", "first", {}]))
            .await;
        let second = both.send("mail", json!(round), json!({})).await;
        let table: String = both
            .value(&format!(
                "SELECT tableoid::regclass::text FROM pgboss.job WHERE id = '{second}'"
            ))
            .await;
        let expected = both.queue_row("mail").await["table_name"].clone();
        assert_eq!(json!(table.trim_start_matches("pgboss.")), expected);
        assert_eq!(table != "pgboss.job_common", partition);
        let fetched = ours
            .fetch("mail", FetchOptions::new().batch_size(9))
            .await
            .unwrap();
        assert!(fetched.iter().any(|job| job.id.to_string() == second));
    }
    both.end(ours).await;
}

#[tokio::test]
async fn case_14_a_dead_letter_queue_in_use_is_deleted_by_neither() {
    let Some(both) = Both::new().await else {
        return;
    };
    let ours = both.ours().await;
    for (n, partition) in [false, true].into_iter().enumerate() {
        let [dead, mail, post] = ["dead", "mail", "post"].map(|name| format!("{name}_{n}"));
        both.queue(&dead, json!({ "partition": partition })).await;
        both.queue(&mail, json!({ "deadLetter": dead })).await;
        both.queue(&post, json!({})).await;
        both.send(&dead, json!(1), json!({})).await;
        let refused = async |by: &str| {
            let error = ours.delete_queue(&dead).await.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Refused);
            assert!(error.to_string().contains(by), "{error}");
            let told = both.boss.try_call("deleteQueue", json!([dead])).await;
            assert!(told.is_err(), "{told:?}");
            assert_eq!(both.rows(&dead).await.len(), 1);
        };
        refused(&mail).await;
        assert!(ours.delete_queue(&mail).await.unwrap());
        // A job alone is a user too.
        let user = both
            .send(&post, json!(1), json!({ "deadLetter": dead }))
            .await;
        refused(&post).await;
        both.boss.call("deleteJob", json!([post, user])).await;
        assert!(ours.delete_queue(&dead).await.unwrap());
    }
    both.end(ours).await;
}

#[tokio::test]
async fn a_queue_goes_with_its_schedules_and_subscriptions() {
    let Some(both) = Both::new().await else {
        return;
    };
    let ours = both.ours().await;
    both.queue("mail", json!({})).await;
    both.boss
        .call("schedule", json!(["mail", "* * * * *"]))
        .await;
    ours.subscribe("born", "mail").await.unwrap();
    assert!(ours.delete_queue("mail").await.unwrap());
    let left: i64 = both
        .value("SELECT (SELECT count(*) FROM pgboss.schedule) + (SELECT count(*) FROM pgboss.subscription)")
        .await;
    assert_eq!(left, 0);
    both.end(ours).await;
}

#[tokio::test]
async fn a_long_shared_queue_is_deleted_with_all_its_jobs_and_no_other() {
    let Some(both) = Both::new().await else {
        return;
    };
    let ours = both.ours().await;
    for name in ["long", "other"] {
        both.queue(name, json!({})).await;
    }
    both.execute(
        "INSERT INTO pgboss.job (name, data) SELECT 'long', to_jsonb(n) FROM generate_series(1, 25000) n;
         INSERT INTO pgboss.job (name) VALUES ('other');",
    )
    .await;
    assert!(ours.delete_queue("long").await.unwrap());
    assert_eq!(
        both.value::<i64>("SELECT count(*) FROM pgboss.job").await,
        1
    );
    assert_eq!(
        both.boss.call("getQueue", json!(["long"])).await,
        Value::Null
    );
    both.end(ours).await;
}

#[tokio::test]
async fn a_queue_is_deleted_once_by_many_who_try() {
    let Some(both) = Both::new().await else {
        return;
    };
    let ours = both.ours().await;
    for partition in [false, true] {
        both.queue("mail", json!({ "partition": partition })).await;
        let tries: Vec<_> = (0..8)
            .map(|_| {
                let ours = ours.clone();
                tokio::spawn(async move { ours.delete_queue("mail").await.unwrap() })
            })
            .collect();
        let mut deleted = 0;
        for one in tries {
            deleted += usize::from(one.await.unwrap());
        }
        assert_eq!(deleted, 1);
    }
    both.end(ours).await;
}

#[tokio::test]
async fn a_queue_with_a_table_of_its_own_is_deleted_while_both_sides_work_it() {
    let Some(both) = Both::new().await else {
        return;
    };
    let ours = both.working::<(IhBeside, IhDoomed)>().await;
    let options = json!({ "pollingIntervalSeconds": 0.5, "batchSize": 5, "localConcurrency": 4 });
    for queue in ["ih_doomed", "ih_beside"] {
        both.boss
            .work(queue, options.clone(), Behaviour::Echo)
            .await;
    }
    let submitting = Arc::new(AtomicBool::new(true));
    let submitter = tokio::spawn({
        let (ours, submitting) = (ours.clone(), Arc::clone(&submitting));
        async move {
            while submitting.load(Ordering::Relaxed) {
                let jobs = || (0..20).map(|n| (n, json!({})));
                ours.insert("ih_beside", jobs()).await.unwrap();
                // Once the queue is deleted, this makes it again: its job is declared here.
                if let Err(error) = ours.insert("ih_doomed", jobs()).await {
                    assert_eq!(error.kind(), ErrorKind::NotFound, "{error:?}");
                }
            }
        }
    });
    both.boss.handles("ih_doomed", 20).await;
    both.boss.handles("ih_beside", 20).await;
    assert!(ours.delete_queue("ih_doomed").await.unwrap());
    submitting.store(false, Ordering::Relaxed);
    submitter.await.unwrap();
    ours.delete_queue("ih_doomed").await.unwrap();
    assert_eq!(both.rows("ih_doomed").await, [] as [Value; 0]);
    both.database.assert_not_logged("deadlock");
    ours.stop().await.unwrap();
}
