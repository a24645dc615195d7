//! The counts of a queue after jobs of it were removed or resumed by hand, and queues that do not exist.

use jobs_pg::ErrorKind;
use jobs_pg::operation::{FetchOptions, FindJobs, JobUpdate, Operation, Redrive, UpdateTarget};
use serde_json::{Value, json};
use sqlx::AssertSqlSafe;
use uuid::Uuid;

use super::Both;

/// Two jobs of each state; one of each ended state is counted as retained, and the other is too young for it.
async fn fill(both: &Both, queue: &str, is_counted: bool, partition: bool) {
    both.queue(queue, json!({ "partition": partition })).await;
    let statement = format!(
        "INSERT INTO pgboss.job (name, id, state, completed_on)
         SELECT '{queue}', ('00000000-0000-4000-8000-' || n || '0000' || age)::uuid, state::pgboss.job_state,
                CASE WHEN n > 1002 THEN now() - make_interval(hours => 24 - age % 10) END
           FROM (VALUES (1000, 'created'), (1001, 'retry'), (1002, 'active'), (1003, 'completed'), (1004, 'cancelled'),
                        (1005, 'failed')) AS states(n, state)
          CROSS JOIN generate_series(1001, 1002) AS ages(age)"
    );
    run(both, &statement).await;
    let retained = match is_counted {
        true => "retained_count = 2, retained_on = now() - interval '22 hours 30 minutes'",
        false => "retained_count = NULL, retained_on = NULL",
    };
    let counts = format!(
        "UPDATE pgboss.queue SET queued_count = 4, active_count = 2, failed_count = 2, total_count = 12, {retained}
          WHERE name = '{queue}'"
    );
    run(both, &counts).await;
}

async fn run(both: &Both, statement: &str) {
    sqlx::query(AssertSqlSafe(statement.to_owned()))
        .execute(both.database.pool())
        .await
        .unwrap();
}

async fn counts(both: &Both, queue: &str) -> Value {
    let row = both.queue_row(queue).await;
    let columns = [
        "queued_count",
        "ready_count",
        "deferred_count",
        "active_count",
        "failed_count",
        "total_count",
        "retained_count",
    ];
    columns
        .iter()
        .map(|column| (*column, row[*column].clone()))
        .collect()
}

fn job(n: u32, age: u32) -> Uuid {
    format!("00000000-0000-4000-8000-{n}0000{age}")
        .parse()
        .unwrap()
}

#[tokio::test]
async fn the_counts_of_a_queue_drop_at_once_as_nodes_do() {
    let Some(both) = Both::new().await else {
        return;
    };
    let ours = both.ours().await;
    let all: Vec<Uuid> = (1000..1006)
        .flat_map(|n| [job(n, 1001), job(n, 1002)])
        .collect();
    let cases = [
        ("deleteJob", json!([all])),
        ("deleteJob", json!([job(1000, 1001)])),
        ("resume", json!([all])),
        ("deleteQueuedJobs", json!([])),
        ("deleteStoredJobs", json!([])),
        ("deleteAllJobs", json!([])),
    ];
    let mut n = 0;
    for (method, arguments) in cases {
        for (is_counted, partition) in [(true, false), (false, false), (true, true)] {
            n += 1;
            let [by_us, by_node] = ["us", "node"].map(|side| format!("{side}_{n}"));
            fill(&both, &by_us, is_counted, partition).await;
            fill(&both, &by_node, is_counted, partition).await;
            let before = counts(&both, &by_us).await;
            let ids: Vec<Uuid> = serde_json::from_value(arguments[0].clone()).unwrap_or_default();
            let mut of_node = vec![json!(by_node)];
            of_node.extend(arguments.as_array().unwrap().iter().cloned());
            both.boss.call(method, Value::Array(of_node)).await;
            match method {
                "deleteJob" => drop(ours.delete_job(&by_us, ids).await.unwrap()),
                "resume" => drop(ours.resume(&by_us, ids).await.unwrap()),
                "deleteQueuedJobs" => drop(ours.delete_queued_jobs(&by_us).await.unwrap()),
                "deleteStoredJobs" => drop(ours.delete_stored_jobs(&by_us).await.unwrap()),
                _ => drop(ours.delete_all_jobs(&by_us).await.unwrap()),
            }
            let case = format!("{method} {is_counted} {partition}, before {before}");
            assert_eq!(
                counts(&both, &by_us).await,
                counts(&both, &by_node).await,
                "{case}"
            );
        }
    }
    both.end(ours).await;
}

#[tokio::test]
async fn the_counts_stay_while_a_transaction_of_the_callers_holds_the_change() {
    let Some(both) = Both::new().await else {
        return;
    };
    let ours = both.ours().await;
    fill(&both, "mail", true, false).await;
    let before = counts(&both, "mail").await;
    let mut transaction = ours.pool().begin().await.unwrap();
    let deleted = ours.delete_job("mail", job(1003, 1001));
    assert_eq!(deleted.within(&mut transaction).await.unwrap().count(), 1);
    let cleared = ours.delete_all_jobs("mail").within(&mut transaction).await;
    assert_eq!(cleared.unwrap(), 11);
    transaction.commit().await.unwrap();
    assert_eq!(counts(&both, "mail").await, before);
    both.end(ours).await;
}

#[tokio::test]
async fn a_queue_that_does_not_exist_is_an_error_to_both_sides() {
    let Some(both) = Both::new().await else {
        return;
    };
    let ours = both.ours().await;
    both.queue("mail", json!({})).await;
    let (id, unknown) = (Uuid::nil(), "mial");
    let update = json!([{ "name": unknown, "data": 1, "options": { "id": id } }]);
    for (method, arguments) in [
        ("complete", json!([unknown, id])),
        ("fail", json!([unknown, id])),
        ("touch", json!([unknown, id])),
        ("cancel", json!([unknown, id])),
        ("resume", json!([unknown, id])),
        ("retry", json!([unknown, id])),
        ("deleteJob", json!([unknown, id])),
        ("deleteQueuedJobs", json!([unknown])),
        ("deleteStoredJobs", json!([unknown])),
        ("deleteAllJobs", json!([unknown])),
        ("findJobs", json!([unknown, {}])),
        ("update", update),
        ("redrive", json!([unknown])),
        ("getBlockedKeys", json!([unknown])),
        ("getBlockedKeys", json!(["mail"])),
    ] {
        let told = both.boss.try_call(method, arguments).await;
        assert!(told.is_err(), "Node's {method} takes it");
    }
    not_found(ours.complete(unknown, id, ())).await;
    not_found(ours.complete_queued(unknown, id, ())).await;
    not_found(ours.fail(unknown, id, ())).await;
    not_found(ours.dead_letter(unknown, id, ())).await;
    not_found(ours.touch(unknown, id)).await;
    not_found(ours.cancel(unknown, id)).await;
    not_found(ours.resume(unknown, id)).await;
    not_found(ours.retry(unknown, id)).await;
    not_found(ours.delete_job(unknown, id)).await;
    not_found(ours.delete_queued_jobs(unknown)).await;
    not_found(ours.delete_stored_jobs(unknown)).await;
    not_found(ours.delete_all_jobs(unknown)).await;
    not_found(ours.find_jobs(unknown, FindJobs::new())).await;
    not_found(ours.update(unknown, UpdateTarget::newest("k"), JobUpdate::new().data(1))).await;
    not_found(ours.redrive(unknown, Redrive::new())).await;
    not_found(ours.preview_redrive(unknown, Redrive::new())).await;
    not_found(ours.blocked_keys(unknown, None)).await;
    let other_policy = ours.blocked_keys("mail", None).await.unwrap_err();
    assert_eq!(other_policy.kind(), ErrorKind::Refused);
    assert!(
        other_policy.to_string().contains("`standard`"),
        "{other_policy}"
    );

    // An operation that finds nothing in a queue that exists is none.
    assert_eq!(ours.cancel("mail", id).await.unwrap().count(), 0);
    assert!(
        ours.fetch("mail", FetchOptions::new())
            .await
            .unwrap()
            .is_empty()
    );
    both.end(ours).await;
}

async fn not_found<T: Send + 'static>(operation: Operation<T>) {
    let doing = format!("{operation:?}");
    let Err(error) = operation.await else {
        panic!("{doing} was done");
    };
    assert_eq!(error.kind(), ErrorKind::NotFound, "{doing}: {error}");
    assert!(
        error.to_string().contains("did you mean `mail`?"),
        "{doing}: {error}"
    );
}
