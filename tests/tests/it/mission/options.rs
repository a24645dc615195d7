//! W6, W7: defaults of the job, and options of one submission that win over them.

use jobs_pg::ErrorKind;
use jobs_pg::prelude::*;
use serde_json::{Value, json};
use tests::Database;

use super::idle;

#[job(
    executor = PgBoss,
    options(
        retry_limit = 1,
        retry_delay = "2m",
        retry_backoff = true,
        retry_delay_max = "1h",
        expire_in = "90s",
        retention = "2d",
        delete_after = 60,
        heartbeat = 20,
        priority = -4,
        dead_letter = "options_dead",
    )
)]
async fn options_declared() {}

#[job(executor = PgBoss)]
async fn options_none() {}

/// The options as they stand in the row of a job.
async fn row(boss: &PgBoss, id: uuid::Uuid) -> Value {
    let row = "SELECT jsonb_build_object(
            'retry', jsonb_build_array(retry_limit, retry_delay, retry_backoff, retry_delay_max),
            'expire', expire_seconds, 'keep', extract(epoch FROM keep_until - start_after)::int, 'delete', deletion_seconds,
            'heartbeat', heartbeat_seconds, 'priority', priority, 'dead', dead_letter)
        FROM pgboss.job WHERE id = $1";
    sqlx::query_scalar(row)
        .bind(id)
        .fetch_one(boss.pool())
        .await
        .unwrap()
}

#[tokio::test]
async fn w7_a_job_has_the_options_that_its_attribute_states() {
    let database = Database::new().await;
    let boss = idle::<OptionsDeclared>(&database).await;
    let job = boss.scope(OptionsDeclared::submit(())).await.unwrap();
    let stated = json!({
        "retry": [1, 120, true, 3600], "expire": 90, "keep": 172_800, "delete": 60,
        "heartbeat": 20, "priority": -4, "dead": "options_dead",
    });
    assert_eq!(row(&boss, job.job_id).await, stated);
    // Who submits elsewhere, Node too, gets them from the queue.
    let queue = "SELECT retry_limit, retry_delay, expire_seconds, dead_letter FROM pgboss.queue WHERE name = 'options_declared'";
    let queue: (i32, i32, i32, String) = sqlx::query_as(queue)
        .fetch_one(database.pool())
        .await
        .unwrap();
    assert_eq!(queue, (1, 120, 90, "options_dead".into()));
    boss.stop().await.unwrap();
}

#[tokio::test]
async fn w6_an_option_of_the_submission_wins_over_the_jobs_and_that_over_the_queues() {
    let database = Database::new().await;
    let boss = idle::<(OptionsDeclared, OptionsNone)>(&database).await;
    // The queue says otherwise than the attribute, as after an `updateQueue` of Node's.
    let change = "UPDATE pgboss.queue SET retry_limit = 7, expire_seconds = 700";
    sqlx::raw_sql(change)
        .execute(database.pool())
        .await
        .unwrap();

    let job = OptionsDeclared::run_now()
        .retry_limit(3)
        .on(&boss)
        .submit(())
        .await
        .unwrap();
    let stored = row(&boss, job.job_id).await;
    assert_eq!(
        (&stored["retry"], &stored["expire"]),
        (&json!([3, 120, true, 3600]), &json!(90))
    );

    let job = OptionsDeclared::run_now().retry_limit(3).on(&boss);
    let job = job
        .submit_with((), JobOptions::new().retry_limit(5).expire_in(60))
        .await
        .unwrap();
    let stored = row(&boss, job.job_id).await;
    assert_eq!(
        (&stored["retry"][0], &stored["expire"]),
        (&json!(5), &json!(60))
    );

    let job = OptionsNone::run_now().on(&boss).submit(()).await.unwrap();
    let stored = row(&boss, job.job_id).await;
    assert_eq!(
        (&stored["retry"][0], &stored["expire"]),
        (&json!(7), &json!(700))
    );
    boss.stop().await.unwrap();
}

#[tokio::test]
async fn w6_options_are_taken_in_pg_boss_spelling() {
    let database = Database::new().await;
    let boss = idle::<OptionsDeclared>(&database).await;
    let mut options = json!({
        "retryLimit": 2, "retryDelay": 3, "retryBackoff": true, "retryDelayMax": null, "expireInSeconds": 4,
        "retentionSeconds": 500, "deleteAfterSeconds": 6, "heartbeatSeconds": 17, "priority": 8, "deadLetter": "options_none",
    });
    let submit = async |options: &Value| {
        boss.scope(OptionsDeclared::submit_with((), options.clone()))
            .await
    };
    let stated = json!({
        "retry": [2, 3, true, 3600], "expire": 4, "keep": 500, "delete": 6,
        "heartbeat": 17, "priority": 8, "dead": "options_none",
    });
    let job = submit(&options).await.unwrap();
    assert_eq!(row(&boss, job.job_id).await, stated);

    options["retryBackoff"] = json!(false);
    let job = submit(&options).await.unwrap();
    assert_eq!(row(&boss, job.job_id).await["retry"][2], json!(false));
    let id = uuid::Uuid::new_v4();
    let options = json!({ "id": id.to_string(), "startAfter": 60, "singletonKey": "k" });
    let job = boss
        .scope(OptionsNone::submit_with((), options))
        .await
        .unwrap();
    let details = job.pg_boss().details().await.unwrap();
    assert_eq!(
        (job.job_id, details.singleton_key.as_deref()),
        (id, Some("k"))
    );
    assert_eq!((details.start_after - details.created_on).num_seconds(), 60);
    boss.stop().await.unwrap();
}

#[tokio::test]
async fn w6_wrong_options_are_named_and_nothing_is_written() {
    let database = Database::new().await;
    let boss = idle::<OptionsNone>(&database).await;
    let cases = [
        (
            json!({ "retryLimits": 2 }),
            vec!["`retryLimits`", "`retryLimit`"],
        ),
        (
            json!({ "retry_limit": 2 }),
            vec!["`retry_limit`", "`retryLimit`"],
        ),
        (
            json!({ "retryLimit": "two" }),
            vec!["`retryLimit`", "\"two\""],
        ),
        (json!({ "retryLimit": -1 }), vec!["`retryLimit`", "-1"]),
        (
            json!({ "expireInSeconds": 86_401 }),
            vec!["`expireInSeconds`", "86401"],
        ),
        (json!([1]), vec!["[1]"]),
    ];
    for (options, words) in cases {
        let error = boss
            .scope(OptionsNone::submit_with((), options.clone()))
            .await
            .unwrap_err();
        assert_eq!(error.kind(), ErrorKind::BadInput);
        for word in words {
            assert!(
                error.to_string().contains(word),
                "{word} is missing for {options} in: {error}"
            );
        }
    }
    let stored: i64 = sqlx::query_scalar("SELECT count(*) FROM pgboss.job")
        .fetch_one(database.pool())
        .await
        .unwrap();
    assert_eq!(stored, 0);
    boss.stop().await.unwrap();
}
