//! pg-boss's `TestClock` and ours: one clock.

use chrono::{DateTime, Utc};
use jobs_pg::prelude::*;
use jobs_pg::testing::Ran;
use serde_json::{Value, json};

use super::{Both, quiet, start};

const BEGIN: &str = "2033-05-01T08:00:00.000Z";
const HOUR: u64 = 3_600_000;

#[job(executor = PgBoss)]
async fn io_clock(input: Value) -> Value {
    input
}

#[job(executor = PgBoss)]
async fn io_clock_node(input: Value) -> Value {
    input
}

fn begin() -> DateTime<Utc> {
    BEGIN.parse().unwrap()
}

/// Node with a clock of its own, and ours going by it.
async fn both() -> Option<(Both, PgBoss)> {
    let both = Both::with(json!({ "testClock": BEGIN })).await?;
    let ours = quiet(&both.database).only::<IoClock>().test_clock(true);
    let ours = ours.connect().await.unwrap();
    Some((both, ours))
}

#[tokio::test]
async fn case_68_a_tick_in_node_makes_our_job_due() {
    let Some((both, ours)) = both().await else {
        return;
    };
    let job = IoClock::delay(3600)
        .on(&ours)
        .submit(json!(1))
        .await
        .unwrap();
    let details = job.pg_boss().details().await.unwrap();
    assert_eq!(details.created_on, begin());
    assert!(ours.drain().await.unwrap().is_empty());
    both.boss.call("tick", json!([HOUR - 1])).await;
    assert!(ours.drain().await.unwrap().is_empty());
    both.boss.call("tick", json!([1])).await;
    let ran: Vec<Ran> = ours.drain().await.unwrap();
    assert_eq!(ran.len(), 1);
    let details = job.pg_boss().details().await.unwrap();
    assert_eq!(
        details.started_on,
        Some(begin() + chrono::TimeDelta::hours(1))
    );
    both.end(ours).await;
}

#[tokio::test]
async fn case_68_a_started_executor_of_ours_sees_nodes_ticks_too() {
    let Some((both, _)) = both().await else {
        return;
    };
    let ours = start(quiet(&both.database).only::<IoClock>().test_clock(true)).await;
    let job = IoClock::delay(3600)
        .on(&ours)
        .submit(json!(1))
        .await
        .unwrap();
    both.boss.call("tick", json!([HOUR])).await;
    let id = job.job_id.to_string();
    let row = both.row_in("completed", &id).await;
    assert!(
        row["completed_on"]
            .as_str()
            .unwrap()
            .starts_with("2033-05-01T09:00:00"),
        "{row}"
    );
    both.end(ours).await;
}

#[tokio::test]
async fn case_68_ours_moves_nodes_time_and_node_takes_its_clock_away_again() {
    let Some((both, ours)) = both().await else {
        return;
    };
    both.queue("io_clock_node", json!({})).await;
    let id = both
        .send("io_clock_node", json!(1), json!({ "startAfter": 3600 }))
        .await;
    assert!(both.fetch("io_clock_node", 1).await.is_empty());
    ours.travel("1h").await.unwrap();
    let fetched = both.fetch("io_clock_node", 1).await;
    assert_eq!(fetched[0]["id"], json!(id));
    // Node's next tick goes on from where Node left it.
    both.boss.call("tick", json!([2 * HOUR])).await;
    let now: DateTime<Utc> = sqlx::query_scalar("SELECT now FROM pgboss.__pgboss_test_clock")
        .fetch_one(both.database.pool())
        .await
        .unwrap();
    assert_eq!(now, begin() + chrono::TimeDelta::hours(2));

    let Both { boss, database, .. } = both;
    boss.stop().await;
    let left: bool = sqlx::query_scalar("SELECT to_regclass('pgboss.__pgboss_test_clock') IS NULL")
        .fetch_one(database.pool())
        .await
        .unwrap();
    assert!(left, "Node takes the clock away");
    let before = Utc::now();
    IoClock::run_now().on(&ours).submit(json!(2)).await.unwrap();
    let [job] = ours
        .submitted::<IoClock>()
        .await
        .unwrap()
        .try_into()
        .unwrap();
    assert!(job.created_on >= before);
}

#[tokio::test]
async fn case_68_nodes_clock_takes_over_from_ours_and_the_doctor_finds_nothing_left() {
    let Some(both) = Both::new().await else {
        return;
    };
    let ours = quiet(&both.database).only::<IoClock>().connect();
    let ours = ours.await.unwrap();
    ours.travel_to("2040-01-01T00:00:00Z").await.unwrap();
    let options = json!({ "testClock": BEGIN, "supervise": false, "schedule": false });
    let clocked = both.node.boss(&both.database, &options).await;
    clocked.call("start", json!([])).await;
    IoClock::run_now().on(&ours).submit(json!(1)).await.unwrap();
    let [job] = ours
        .submitted::<IoClock>()
        .await
        .unwrap()
        .try_into()
        .unwrap();
    assert_eq!(job.created_on, begin());
    clocked.stop().await;

    ours.travel("1h").await.unwrap();
    ours.real_time().await.unwrap();
    let diagnosis = both.node.doctor(&both.database, "pgboss").await;
    assert!(diagnosis.healthy, "{}", diagnosis.said);
    both.end(ours).await;
}
