//! The statements compute retry delays and throttle slots as the pure rules of `jobs-rules` say, which `Memory` follows.

use std::time::Duration;

use chrono::{DateTime, Utc};
use jobs_pg::prelude::*;
use jobs_rules::{RetryRule, Slot};
use tests::Database;

const BEGIN: &str = "2031-03-05T10:00:07Z";

#[job(executor = PgBoss)]
async fn rules_retry() -> Result<(), JobError> {
    Err("no luck")?
}

#[job(executor = PgBoss)]
async fn rules_throttle() {}

fn begin() -> DateTime<Utc> {
    BEGIN.parse().unwrap()
}

/// An executor that is not started, whose time stands still.
async fn still(database: &Database) -> PgBoss {
    let builder = PgBoss::builder().url(database.url()).max_connections(4);
    let builder = builder
        .schedule(false)
        .only::<(RulesRetry, RulesThrottle)>();
    let boss = builder.connect().await.unwrap();
    boss.travel_to(BEGIN).await.unwrap();
    boss
}

#[tokio::test]
async fn a_failed_attempt_waits_as_the_retry_rule_says() {
    let database = Database::new().await;
    let boss = still(&database).await;
    let rule = |limit, delay, backoff, delay_max: Option<u64>| RetryRule {
        limit,
        delay: Duration::from_secs(delay),
        backoff,
        delay_max: delay_max.map(Duration::from_secs),
    };
    let cases = [
        (rule(0, 10, false, None), 1),
        (rule(3, 10, false, None), 1),
        (rule(3, 10, false, None), 3),
        (rule(3, 10, false, None), 4),
        (rule(9, 0, true, None), 1),
        (rule(9, 10, true, None), 1),
        (rule(9, 10, true, None), 5),
        (rule(9, 10, true, Some(30)), 2),
        (rule(9, 10, true, Some(30)), 7),
        (rule(99, 10, true, None), 16),
        (rule(99, 10, true, None), 17),
        (rule(99, 10, true, None), 60),
    ];
    for (rule, attempt) in cases {
        let mut options = JobOptions::new()
            .retry_limit(rule.limit)
            .retry_delay(rule.delay)
            .retry_backoff(rule.backoff);
        if let Some(longest) = rule.delay_max {
            options = options.retry_delay_max(longest);
        }
        let job = RulesRetry::with(options)
            .on(&boss)
            .submit(())
            .await
            .unwrap();
        let reach = "UPDATE pgboss.job SET retry_count = $2 - 1 WHERE id = $1";
        let reach = sqlx::query(reach).bind(job.job_id).bind(attempt);
        reach.execute(database.pool()).await.unwrap();
        assert_eq!(boss.drain().await.unwrap().len(), 1);
        let waits =
            "SELECT CASE WHEN state = 'retry' THEN extract(epoch FROM start_after - $2)::float8 END
            FROM pgboss.job WHERE id = $1";
        let waits: Option<f64> = sqlx::query_scalar(waits)
            .bind(job.job_id)
            .bind(begin())
            .fetch_one(boss.pool())
            .await
            .unwrap();
        let delays = rule.delays_after(u32::try_from(attempt).unwrap());
        match (waits, &delays) {
            (Some(waits), Some(delays)) => {
                let waits = Duration::from_secs_f64(waits);
                assert!(delays.contains(&waits), "{rule:?}, {attempt}: {waits:?}");
            }
            (waits, delays) => assert_eq!(waits.is_some(), delays.is_some(), "{rule:?}, {attempt}"),
        }
    }
}

#[tokio::test]
async fn a_throttled_and_a_debounced_job_have_the_slots_that_the_rule_says() {
    let database = Database::new().await;
    let boss = still(&database).await;
    for length in [1, 7, 60, 3600, 86_400] {
        let submission = || {
            let key = format!("{length} s");
            RulesThrottle::with(JobOptions::new().singleton_key(key)).on(&boss)
        };
        let seconds = u32::try_from(length).unwrap();
        let first = submission().throttle(seconds).submit(()).await.unwrap();
        let second = submission().debounce(seconds).submit(()).await.unwrap();
        let rows = "SELECT extract(epoch FROM singleton_on)::bigint, extract(epoch FROM start_after - $2)::bigint
            FROM pgboss.job WHERE id = ANY($1) ORDER BY singleton_on";
        let rows: Vec<(i64, i64)> = sqlx::query_as(rows)
            .bind([first.job_id, second.job_id])
            .bind(begin())
            .fetch_all(boss.pool())
            .await
            .unwrap();
        let slot = Slot::of(begin().timestamp(), length);
        let wait = slot.wait_for_next(begin().timestamp()).as_secs();
        let wait = i64::try_from(wait).unwrap();
        assert_eq!(
            rows,
            [(slot.begin(), 0), (slot.next().begin(), wait)],
            "slots of {length} s"
        );
    }
}
