//! Order, priorities, policies and groups, with fetchers of both sides on one queue.

use std::collections::HashMap;
use std::sync::Mutex;
use std::time::Duration;

use jobs_pg::operation::FetchOptions;
use jobs_pg::prelude::*;
use serde_json::{Value, json};
use tests::eventually;
use tests::node::Behaviour;

use super::{Both, track};

const SOON: &str = "pollingIntervalSeconds";

#[job(executor = PgBoss)]
async fn io_urgent(_input: Value) {}

/// Notes when jobs begin and end, in the order in which that is written: the times in the rows are those at which the
/// transactions began, and planning a statement takes longer than some jobs.
const NOTE_EVENTS: &str = "
CREATE TABLE public.events (n bigserial, id uuid, state text);
CREATE FUNCTION public.note() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    INSERT INTO public.events (id, state) VALUES (NEW.id, NEW.state);
    RETURN NULL;
END $$;
CREATE TRIGGER note AFTER UPDATE OF state ON pgboss.job
   FOR EACH ROW WHEN (NEW.state IN ('active', 'completed')) EXECUTE FUNCTION public.note();";

#[tokio::test]
async fn case_29_urgent_jobs_come_first_whoever_sent_them() {
    let Some(both) = Both::new().await else {
        return;
    };
    let ours = both.submitting().await;
    // By priority, and those of one priority by age.
    let mut expected = Vec::new();
    for (number, priority) in [0, 5, -1, 5, 0, 7, -1, 0].into_iter().enumerate() {
        let id = match number % 2 {
            0 => {
                let submission = IoUrgent::run_now().on(&ours).priority(priority);
                let job = submission.submit(json!(number)).await.unwrap();
                job.job_id.to_string()
            }
            _ => {
                let options = json!({ "priority": priority });
                both.send("io_urgent", json!(number), options).await
            }
        };
        expected.push((-priority, number, id));
    }
    expected.sort();
    let expected: Vec<String> = expected.into_iter().map(|(.., id)| id).collect();
    let mut fetched = Vec::new();
    for _ in 0..4 {
        let one = ours.fetch("io_urgent", FetchOptions::new()).await.unwrap();
        fetched.push(one[0].id.to_string());
        let one = both.fetch("io_urgent", 1).await;
        fetched.push(one[0]["id"].as_str().unwrap().to_owned());
    }
    assert_eq!(fetched, expected);
    both.end(ours).await;
}

#[job(executor = PgBoss, worker(min_priority = 1, max_priority = 4))]
async fn io_middling(_input: Value) {}

#[tokio::test]
async fn case_30_each_side_takes_jobs_of_its_priorities_only() {
    let Some(both) = Both::new().await else {
        return;
    };
    let ours = both.working::<IoMiddling>().await;
    let mut sent = Vec::new();
    for priority in 0..=5 {
        let options = json!({ "priority": priority });
        sent.push(both.send("io_middling", json!(1), options).await);
    }
    for id in &sent[1..=4] {
        both.row_in("completed", id).await;
    }
    let options = json!({ "batchSize": 10, "minPriority": 1 });
    let above = both
        .boss
        .call("fetch", json!(["io_middling", options]))
        .await;
    assert_eq!(ids(&above), [sent[5].as_str()]);
    let above = FetchOptions::new().batch_size(10).min_priority(1);
    assert!(ours.fetch("io_middling", above).await.unwrap().is_empty());
    let below = FetchOptions::new().batch_size(10).max_priority(0);
    let below = ours.fetch("io_middling", below).await.unwrap();
    assert_eq!(below.len(), 1);
    assert_eq!(below[0].id.to_string(), sent[0]);
    both.end(ours).await;
}

fn ids(jobs: &Value) -> Vec<&str> {
    let jobs = jobs.as_array().map(Vec::as_slice).unwrap_or_default();
    jobs.iter().map(|job| job["id"].as_str().unwrap()).collect()
}

/// How many jobs of one key or group are active at once, at most.
const CROWD: &str = "SELECT coalesce(max(n), 0) FROM (
    SELECT count(*) AS n FROM pgboss.job WHERE name = $1 AND state = 'active' GROUP BY coalesce(group_id, singleton_key, '')) c";

async fn crowd(boss: &PgBoss, queue: &str) -> i64 {
    let crowd = sqlx::query_scalar(CROWD).bind(queue);
    crowd.fetch_one(boss.pool()).await.unwrap()
}

/// Notes how many ran beside it, and leaves keys for Node by running alone here.
#[job(executor = PgBoss, queue(policy = "singleton"), worker(concurrency = 1))]
async fn io_single(_input: Value, ctx: Context<IoSingle>) -> i64 {
    tokio::time::sleep(Duration::from_millis(50)).await;
    crowd(ctx.executor(), "io_single").await
}

#[tokio::test]
async fn case_31_a_key_of_a_singleton_queue_never_has_two_active_jobs() {
    let Some(both) = Both::new().await else {
        return;
    };
    let ours = both.working::<IoSingle>().await;
    let options = json!({ "localConcurrency": 4, SOON: 0.5 });
    both.boss.work("io_single", options, Behaviour::Echo).await;
    let mut sent = Vec::new();
    for number in 0..32 {
        let options = match number % 4 {
            0 => json!({}),
            key => json!({ "singletonKey": format!("key {key}") }),
        };
        sent.push(both.send("io_single", json!(number), options).await);
    }
    for id in &sent {
        let row = both.row_in("completed", id).await;
        assert_eq!(row["retry_count"], 0);
    }
    let by_node = both.boss.handled("io_single").len();
    assert!(0 < by_node && by_node < sent.len(), "Node did {by_node}");
    let most = "SELECT max((output->>'value')::int) FROM pgboss.job WHERE name = 'io_single' AND data <> output->'value'";
    assert_eq!(both.value::<Option<i32>>(most).await, Some(1));
    both.end(ours).await;
}

/// Fails where it is told to.
#[job(executor = PgBoss, queue(policy = "key_strict_fifo"), worker(concurrency = 1), options(retry_limit = 0))]
async fn io_strict(input: Value) -> Result<(), JobError> {
    tokio::time::sleep(Duration::from_millis(50)).await;
    match input == json!("fail") {
        true => Err(JobError::new("told to")),
        false => Ok(()),
    }
}

#[tokio::test]
async fn case_34_the_order_of_a_strict_key_is_kept_and_a_failure_holds_it() {
    let Some(both) = Both::new().await else {
        return;
    };
    let ours = both.working::<IoStrict>().await;
    both.execute(NOTE_EVENTS).await;
    let options = json!({ "localConcurrency": 4, SOON: 0.5 });
    both.boss.work("io_strict", options, Behaviour::Echo).await;
    let mut sent = Vec::new();
    for number in 0..24 {
        let key = json!({ "singletonKey": format!("key {}", number % 4) });
        sent.push(both.send("io_strict", json!(number), key).await);
    }
    for id in &sent {
        both.row_in("completed", id).await;
    }
    let by_node = both.boss.handled("io_strict").len();
    assert!(0 < by_node && by_node < sent.len(), "Node did {by_node}");
    let overtaken = "SELECT count(*) FROM (
        SELECT e.state, lag(e.state) OVER line AS before, j.created_on, lag(j.created_on) OVER line AS earlier
          FROM public.events e JOIN pgboss.job j USING (id)
        WINDOW line AS (PARTITION BY j.singleton_key ORDER BY e.n)) seen
         WHERE state = coalesce(before, 'completed') OR created_on < earlier";
    assert_eq!(both.value::<i64>(overtaken).await, 0);

    both.boss.call("offWork", json!(["io_strict"])).await;
    let held = json!({ "singletonKey": "held" });
    let failed = both.send("io_strict", json!("fail"), held.clone()).await;
    both.row_in("failed", &failed).await;
    let next = both.send("io_strict", json!(1), held.clone()).await;
    let free = both
        .send("io_strict", json!(2), json!({ "singletonKey": "free" }))
        .await;
    both.row_in("completed", &free).await;
    assert_eq!(both.row(&next).await["state"], "created");
    assert!(both.fetch("io_strict", 5).await.is_empty());
    let theirs = both.boss.call("getBlockedKeys", json!(["io_strict"])).await;
    assert_eq!(theirs, json!(["held"]));
    let blocked = ours.blocked_keys("io_strict", None).await.unwrap();
    assert_eq!(blocked, ["held"]);

    // A retry goes before what waits behind it; it fails again here, and once it is gone the next one goes.
    assert!(
        track::<IoStrict>(&ours, &failed)
            .pg_boss()
            .retry()
            .await
            .unwrap()
    );
    eventually("the retry has failed too", async || {
        let row = both.row(&failed).await;
        row["state"] == "failed" && row["retry_count"] == 1
    })
    .await;
    assert_eq!(both.row(&next).await["state"], "created");
    both.boss
        .call("deleteJob", json!(["io_strict", failed]))
        .await;
    both.row_in("completed", &next).await;
    assert!(
        ours.blocked_keys("io_strict", None)
            .await
            .unwrap()
            .is_empty()
    );
    both.end(ours).await;
}

static MOST: Mutex<Option<HashMap<String, i64>>> = Mutex::new(None);

/// Notes how many of its group are active.
#[job(executor = PgBoss, worker(concurrency = 3, group_concurrency = 2, group_tiers(pro = 3)))]
async fn io_grouped(group: String, ctx: Context<IoGrouped>) {
    tokio::time::sleep(Duration::from_millis(50)).await;
    let active = "SELECT count(*) FROM pgboss.job WHERE name = 'io_grouped' AND state = 'active' AND group_id = $1";
    let active = sqlx::query_scalar(active).bind(&group);
    let active: i64 = active.fetch_one(ctx.executor().pool()).await.unwrap();
    let mut most = MOST.lock().unwrap();
    let most = most.get_or_insert_default().entry(group).or_default();
    *most = active.max(*most);
}

#[tokio::test]
async fn case_35_groups_keep_their_limits_over_both_sides() {
    let Some(both) = Both::new().await else {
        return;
    };
    let ours = both.working::<IoGrouped>().await;
    // One fetcher of one job: in a race between the sides it exceeds a limit by one at most.
    let options = json!({ "groupConcurrency": { "default": 2, "tiers": { "pro": 3 } }, SOON: 0.5 });
    both.boss.work("io_grouped", options, Behaviour::Echo).await;
    let mut sent = Vec::new();
    for number in 0..48 {
        let (id, group) = match number % 3 {
            0 => ("a", json!({ "id": "a" })),
            1 => ("b", json!({ "id": "b", "tier": "pro" })),
            _ => ("c", json!({ "id": "c", "tier": "other" })),
        };
        let options = json!({ "group": group });
        sent.push(both.send("io_grouped", json!(id), options).await);
    }
    for id in &sent {
        both.row_in("completed", id).await;
    }
    let by_node = both.boss.handled("io_grouped").len();
    assert!(0 < by_node && by_node < sent.len(), "Node did {by_node}");
    let most = MOST.lock().unwrap().clone().unwrap();
    assert!(
        most["a"] <= 3 && most["b"] <= 4 && most["c"] <= 3,
        "{most:?}"
    );

    // What is active on one side counts for the other.
    both.boss.call("offWork", json!(["io_grouped"])).await;
    ours.stop().await.unwrap();
    let ours = both.submitting().await;
    for number in 0..6 {
        let tier = if number < 4 {
            json!({ "id": "d" })
        } else {
            json!({ "id": "d", "tier": "pro" })
        };
        both.send("io_grouped", json!("d"), json!({ "group": tier }))
            .await;
    }
    let limit =
        json!({ "batchSize": 1, "groupConcurrency": { "default": 2, "tiers": { "pro": 3 } } });
    let theirs = both.boss.call("fetch", json!(["io_grouped", limit])).await;
    assert_eq!(ids(&theirs).len(), 1);
    let fetch = || {
        FetchOptions::new()
            .batch_size(10)
            .group_concurrency(2)
            .group_tier("pro", 3)
    };
    // One more of no tier, and then there is still room for one of the tier.
    let mut by_us = ours.fetch("io_grouped", fetch()).await.unwrap();
    by_us.extend(ours.fetch("io_grouped", fetch()).await.unwrap());
    assert_eq!(by_us.len(), 2);
    let theirs = both.boss.call("fetch", json!(["io_grouped", limit])).await;
    assert!(ids(&theirs).is_empty());
    both.end(ours).await;
}

#[job(executor = PgBoss, queue(policy = "singleton"))]
async fn io_keyless(_input: Value) {}

#[tokio::test]
async fn case_36_a_job_without_a_key_and_one_of_the_empty_key_take_turns() {
    let Some(both) = Both::new().await else {
        return;
    };
    let ours = both.submitting().await;
    let keyless = both.send("io_keyless", json!(1), json!({})).await;
    let empty = both.send("io_keyless", json!(2), json!({})).await;
    both.execute(&format!(
        "UPDATE pgboss.job SET singleton_key = '' WHERE id = '{empty}'"
    ))
    .await;
    for expected in [&keyless, &empty] {
        let options = FetchOptions::new().batch_size(10);
        let fetched = ours.fetch("io_keyless", options).await.unwrap();
        assert_eq!(fetched.len(), 1);
        assert_eq!(&fetched[0].id.to_string(), expected);
        ours.complete("io_keyless", &fetched[0], ()).await.unwrap();
    }
    // Workers pass them by turns as well.
    for expected in [Value::Null, json!("")] {
        let id = both.send("io_keyless", json!(3), json!({})).await;
        if !expected.is_null() {
            both.execute(&format!(
                "UPDATE pgboss.job SET singleton_key = '' WHERE id = '{id}'"
            ))
            .await;
        }
    }
    let working = both.working::<IoKeyless>().await;
    eventually("all are completed", async || {
        let left =
            "SELECT count(*) FROM pgboss.job WHERE name = 'io_keyless' AND state <> 'completed'";
        both.value::<i64>(left).await == 0
    })
    .await;
    working.stop().await.unwrap();
    both.end(ours).await;
}
