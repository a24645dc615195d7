//! What becomes of a job, whichever side ran it.

use jobs_pg::prelude::*;
use serde_json::{Value, json};
use tests::eventually;
use tests::node::Behaviour;
use tokio::sync::Semaphore;

use super::{Both, track};

const SOON: &str = "pollingIntervalSeconds";

/// Notes the delay of each retry as it is written, since the row does not say when it failed.
const NOTE_RETRIES: &str = "
CREATE TABLE public.retries (id uuid, retry_count int, delay float8);
CREATE FUNCTION public.note() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    INSERT INTO public.retries VALUES (NEW.id, NEW.retry_count, extract(epoch FROM NEW.start_after - now()));
    RETURN NULL;
END $$;
CREATE TRIGGER note AFTER INSERT OR UPDATE OF state ON pgboss.job
   FOR EACH ROW WHEN (NEW.state = 'retry') EXECUTE FUNCTION public.note();";

#[job(executor = PgBoss)]
async fn io_answer(input: Value) -> Value {
    input
}

#[job(executor = PgBoss)]
async fn io_ask(input: Value) -> Value {
    input
}

#[job(executor = PgBoss)]
async fn io_fail(_input: Value) -> Result<(), JobError> {
    Err(JobError::from(std::io::Error::other("no")))
}

/// Lets `io_stale` go on when it is given something as its input.
static GO_ON: Semaphore = Semaphore::const_new(0);

#[job(executor = PgBoss, worker(concurrency = 1))]
async fn io_stale(input: Value) -> String {
    if input == "wait" {
        GO_ON.acquire().await.unwrap().forget();
    }
    "ours".to_owned()
}

#[tokio::test]
async fn case_38_outputs_of_each_are_read_by_the_other() {
    let Some(both) = Both::new().await else {
        return;
    };
    let ours = both.working::<IoAnswer>().await;
    both.boss
        .work("io_ask", json!({ SOON: 0.5 }), Behaviour::Echo)
        .await;
    for (value, stored) in [
        (json!({ "a": [1, null] }), json!({ "a": [1, null] })),
        (json!([1, "two"]), json!({ "value": [1, "two"] })),
        (json!("text"), json!({ "value": "text" })),
        (json!(""), json!({ "value": "" })),
        (json!(0), json!({ "value": 0 })),
        (json!(true), json!({ "value": true })),
        (Value::Null, Value::Null),
    ] {
        let answer = IoAnswer::run_now()
            .on(&ours)
            .submit(value.clone())
            .await
            .unwrap();
        assert_eq!(answer.output().await.unwrap(), value);
        let seen = both.find("io_answer", &answer.job_id.to_string()).await;
        assert_eq!(seen["state"], "completed");
        assert_eq!(seen["output"], stored);

        let asked = IoAsk::run_now()
            .on(&ours)
            .submit(value.clone())
            .await
            .unwrap();
        assert_eq!(asked.output().await.unwrap(), value);
        assert_eq!(both.row(&asked.job_id.to_string()).await["output"], stored);
    }
    both.end(ours).await;
}

#[tokio::test]
async fn case_39_a_failure_of_ours_waits_as_one_of_nodes() {
    let Some(both) = Both::new().await else {
        return;
    };
    let ours = both.working::<IoFail>().await;
    both.execute(NOTE_RETRIES).await;
    let by_us = failures(&both).await;
    ours.stop().await.unwrap();
    let throw = Behaviour::Throw {
        message: "no".into(),
    };
    both.boss.work("io_fail", json!({ SOON: 0.5 }), throw).await;
    let by_node = failures(&both).await;
    assert_eq!(by_us, by_node);
    both.end(ours).await;
}

/// Lets jobs fail for good under three rules, checks their delays, and gives what their rows came to.
async fn failures(both: &Both) -> Vec<Value> {
    let fixed = json!({ "retryLimit": 3, "retryDelay": 7 });
    let growing = json!({ "retryLimit": 6, "retryDelay": 2, "retryBackoff": true });
    let capped =
        json!({ "retryLimit": 4, "retryDelay": 2, "retryBackoff": true, "retryDelayMax": 5 });
    let mut rows = Vec::new();
    for (options, bounds) in [
        (fixed, vec![(7.0, 7.0); 3]),
        (
            growing,
            (1..=6)
                .map(|n| (2_f64.powi(n), 2_f64.powi(n + 1)))
                .collect(),
        ),
        (capped, vec![(2.0, 4.0), (4.0, 5.0), (5.0, 5.0), (5.0, 5.0)]),
    ] {
        let id = both.send("io_fail", json!({}), options).await;
        rows.push(fail_for_good(both, &id).await);
        let delays = "SELECT delay FROM public.retries WHERE id::text = $1 ORDER BY retry_count";
        let delays = sqlx::query_scalar(delays).bind(&id);
        let delays: Vec<f64> = delays.fetch_all(both.database.pool()).await.unwrap();
        assert_eq!(delays.len(), bounds.len(), "{delays:?}");
        for (delay, (least, most)) in delays.iter().zip(bounds) {
            assert!(
                *delay >= least - 1e-5 && *delay <= most + 1e-5,
                "{delays:?}"
            );
        }
    }
    rows
}

/// Moves each retry to now, until there is none; gives the row without what is its own.
async fn fail_for_good(both: &Both, id: &str) -> Value {
    eventually("the job has failed", async || {
        pull_forward(both, id).await;
        both.row(id).await["state"] == "failed"
    })
    .await;
    let mut row = both.row(id).await;
    let time = |name: &str| {
        row[name]
            .as_str()
            .unwrap()
            .parse::<chrono::DateTime<chrono::Utc>>()
            .unwrap()
    };
    assert!(time("start_after") <= time("started_on"));
    assert!(time("completed_on") >= time("started_on"));
    row["output"] = row["output"]["message"].take();
    for own in [
        "id",
        "start_after",
        "started_on",
        "created_on",
        "completed_on",
        "keep_until",
    ] {
        row[own] = Value::Null;
    }
    row
}

/// Makes a job that waits for a retry due now, and wakes whoever listens.
async fn pull_forward(both: &Both, id: &str) {
    both.execute(&format!(
        "WITH moved AS (
             UPDATE pgboss.job SET start_after = now()
              WHERE id = '{id}' AND state = 'retry' AND start_after > now() RETURNING name)
         SELECT pg_notify('pgboss_454650302e472074f72063fd', name) FROM moved"
    ))
    .await;
}

#[tokio::test]
async fn case_40_attempts_of_both_count_together() {
    let Some(both) = Both::new().await else {
        return;
    };
    let idle = both.submitting().await;
    let options = json!({ "retryLimit": 2, "retryDelay": 1000 });
    let id = both.send("io_fail", json!({}), options).await;
    let fail_by_node = async |attempts: i64| {
        let fetched = both.fetch("io_fail", 1).await;
        assert_eq!(fetched[0]["retryCount"], attempts);
        both.boss
            .call("fail", json!(["io_fail", id, { "message": "no" }]))
            .await;
    };
    fail_by_node(0).await;
    pull_forward(&both, &id).await;
    let ours = both.working::<IoFail>().await;
    eventually("our attempt has failed", async || {
        let row = both.row(&id).await;
        row["state"] == "retry" && row["retry_count"] == 1
    })
    .await;
    ours.stop().await.unwrap();
    pull_forward(&both, &id).await;
    fail_by_node(2).await;
    let row = both.row(&id).await;
    assert_eq!(row["state"], "failed");
    assert_eq!(row["retry_count"], 2);
    both.end(idle).await;
}

#[tokio::test]
async fn case_41_who_lost_a_job_settles_nothing() {
    let Some(both) = Both::new().await else {
        return;
    };
    // Ours holds it, Node fails it over our head and takes it.
    let ours = both.working::<IoStale>().await;
    let id = both.send("io_stale", json!("wait"), json!({})).await;
    both.row_in("active", &id).await;
    both.boss.call("fail", json!(["io_stale", id, null])).await;
    assert_eq!(both.fetch("io_stale", 1).await[0]["retryCount"], 1);
    GO_ON.add_permits(1);
    // By the end of the next one ours has settled the first.
    let next = both.send("io_stale", json!("go"), json!({})).await;
    both.row_in("completed", &next).await;
    assert_eq!(both.row(&id).await["state"], "active");
    both.boss
        .call("complete", json!(["io_stale", id, "theirs"]))
        .await;
    assert_eq!(both.row(&id).await["output"], json!({ "value": "theirs" }));
    ours.stop().await.unwrap();

    // Node holds it, and ours takes it.
    let options = json!({ SOON: 0.5 });
    both.boss.work("io_stale", options, Behaviour::Wait).await;
    let id = both.send("io_stale", json!("go"), json!({})).await;
    both.boss.handles("io_stale", 1).await;
    both.boss.call("fail", json!(["io_stale", id, null])).await;
    let ours = both.working::<IoStale>().await;
    let output = track::<IoStale>(&ours, &id).output().await.unwrap();
    assert_eq!(output, "ours");
    ours.stop().await.unwrap();
    both.boss.release("io_stale").await;
    let next = both.send("io_stale", json!("go"), json!({})).await;
    both.row_in("completed", &next).await;
    let row = both.row(&id).await;
    assert_eq!(row["output"], json!({ "value": "ours" }));
    assert_eq!(row["retry_count"], 1);
    both.end(ours).await;
}
