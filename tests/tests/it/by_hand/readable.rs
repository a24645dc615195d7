//! What is stored can be read: any JSON, any date, every digit; and what could not be is refused before anything is written.

use std::time::Duration;

use chrono::{DateTime, Datelike, Utc};
use jobs_pg::operation::{
    FetchOptions, FindJobs, JobUpdate, Operation, QueueOptions, ScheduleOptions,
};
use jobs_pg::prelude::*;
use jobs_pg::{ErrorKind, JobDetails};
use serde_json::json;
use serde_json::value::RawValue;
use sqlx::AssertSqlSafe;
use uuid::Uuid;

use super::Hand;

/// Is due at some time.
#[job(executor = PgBoss)]
async fn bh_due(number: u32) -> u32 {
    number
}

fn nested(levels: usize) -> String {
    format!("{}{}", "[".repeat(levels), "]".repeat(levels))
}

fn raw(json: &str) -> Box<RawValue> {
    RawValue::from_string(json.to_owned()).unwrap()
}

impl Hand {
    async fn run(&self, statement: &str) {
        sqlx::query(AssertSqlSafe(statement.to_owned()))
            .execute(self.database.pool())
            .await
            .unwrap();
    }

    /// The operation is refused as bad input, with a message that is short and holds this.
    async fn refuses<T: Send + 'static>(&self, operation: Operation<T>, part: &str) {
        let before = self.everything().await;
        let doing = format!("{operation:.100?}");
        let Err(error) = operation.await else {
            panic!("{doing} was done");
        };
        assert_eq!(error.kind(), ErrorKind::BadInput, "{doing}: {error}");
        let message = error.to_string();
        assert!(
            message.contains(part) && message.len() < 600,
            "{doing}: {message:.1000}"
        );
        assert!(format!("{error:?}").len() < 1_200, "{doing}");
        assert_eq!(self.everything().await, before);
    }
}

fn text(job: &JobDetails) -> &str {
    job.data.as_ref().unwrap().text()
}

#[tokio::test]
async fn json_that_a_value_cannot_hold_goes_through_every_operation() {
    let hand = Hand::with(&["any"]).await;
    let boss = &hand.boss;
    let deep = nested(200);
    for json in ["1e400", &deep] {
        boss.send("any", raw(json), JobOptions::new())
            .await
            .unwrap();
        let options = ScheduleOptions::new().key(json.len().to_string());
        boss.set_schedule("any", "0 6 * * *", raw(json), options)
            .await
            .unwrap();
    }
    for _ in 0..14 {
        hand.send("any").await;
    }
    let number = format!("1{}", "0".repeat(400));
    let found = boss.find_jobs("any", FindJobs::new()).await.unwrap();
    assert_eq!(
        (found.len(), text(&found[0]), text(&found[1])),
        (16, &*number, &*deep)
    );
    let fetched = boss
        .fetch("any", FetchOptions::new().batch_size(30))
        .await
        .unwrap();
    assert_eq!(
        (fetched.len(), text(&fetched[0]), text(&fetched[1])),
        (16, &*number, &*deep)
    );
    assert_eq!(fetched[2].input::<u32>().unwrap(), 1);
    let schedules = boss.schedules().await.unwrap();
    let inputs: Vec<&str> = schedules
        .iter()
        .map(|one| one.data.as_ref().unwrap().text())
        .collect();
    assert_eq!(inputs, [&*deep, &*number]);

    // An output too, and the details of a typed job.
    boss.complete("any", &fetched[0], raw(&deep)).await.unwrap();
    let job = BhDue::run_now().on(boss).submit(1).await.unwrap();
    hand.run(&format!(
        "UPDATE pgboss.job SET data = '{deep}', output = '1e400' WHERE name = 'bh_due'"
    ))
    .await;
    let details = job.pg_boss().details().await.unwrap();
    assert_eq!(
        (text(&details), details.output.as_ref().unwrap().text()),
        (&*deep, &*number)
    );
}

#[tokio::test]
async fn json_that_is_nested_too_deep_or_too_large_is_refused() {
    let hand = Hand::with(&["any"]).await;
    let boss = &hand.boss;
    let deep = raw(&nested(100_000));
    let none = JobOptions::new;
    hand.refuses(boss.send("any", &deep, none()), "1000 levels")
        .await;
    hand.refuses(boss.insert("any", [(&deep, none())]), "1000 levels")
        .await;
    hand.refuses(
        boss.set_schedule("any", "0 6 * * *", &deep, ()),
        "1000 levels",
    )
    .await;
    hand.refuses(boss.complete("any", Uuid::nil(), &deep), "1000 levels")
        .await;

    let large = "x".repeat(9_000_000);
    hand.refuses(boss.complete("any", Uuid::nil(), &large), "max_output")
        .await;
    hand.refuses(boss.fail("any", Uuid::nil(), &large), "max_output")
        .await;
    let larger = PgBoss::builder()
        .url(hand.database.url())
        .max_output(10_000_000);
    let larger = larger.connect().await.unwrap();
    let job = hand.send("any").await;
    assert_eq!(
        larger
            .complete_queued("any", job, &large)
            .await
            .unwrap()
            .count(),
        1
    );
}

#[tokio::test]
async fn a_date_that_is_accepted_is_readable_and_one_beyond_the_bound_is_refused() {
    let hand = Hand::with(&["any"]).await;
    let boss = &hand.boss;
    let job = BhDue::delay("9999-12-31T00:00:00Z")
        .on(boss)
        .submit(1)
        .await
        .unwrap();
    let details = job.pg_boss().details().await.unwrap();
    assert_eq!(
        (details.start_after.year(), details.keep_until.year()),
        (9999, 10_000)
    );
    assert_eq!(
        boss.find_jobs("bh_due", FindJobs::new()).await.unwrap(),
        [details]
    );
    BhDue::delay(Duration::from_secs(9 * 365 * 86_400))
        .on(boss)
        .submit(1)
        .await
        .unwrap();
    BhDue::delay("0001-01-01T00:00:00Z")
        .on(boss)
        .submit(1)
        .await
        .unwrap();

    let before = hand.everything().await;
    for refused in [
        BhDue::run_at(DateTime::<Utc>::MAX_UTC)
            .on(boss)
            .submit(1)
            .await,
        BhDue::run_at(DateTime::<Utc>::MIN_UTC)
            .on(boss)
            .submit(1)
            .await,
        BhDue::delay(u64::MAX).on(boss).submit(1).await,
        BhDue::run_in(1_001, "years").on(boss).submit(1).await,
    ] {
        assert_eq!(refused.unwrap_err().kind(), ErrorKind::BadInput);
    }
    assert_eq!(hand.everything().await, before);
    for (start_after, part) in [
        (json!("294000-01-01T00:00:00Z"), "not a date"),
        (json!("infinity"), "`startAfter` must be"),
        (json!("2000 years"), "1000 years"),
        (json!(1e12), "1000 years"),
        (json!("no time"), "`PT1H30M`"),
        (json!("x".repeat(1_000_000)), "1000000 bytes"),
    ] {
        let options = json!({ "startAfter": start_after });
        hand.refuses(boss.send("any", 1, options.clone()), part)
            .await;
        hand.refuses(
            boss.update("any", Uuid::nil(), JobUpdate::new().with(options)),
            part,
        )
        .await;
    }
}

#[tokio::test]
async fn rows_with_any_timestamp_are_read() {
    let hand = Hand::with(&["any"]).await;
    hand.run(
        "INSERT INTO pgboss.job (name, created_on, start_after, keep_until) VALUES
             ('any', '-infinity', '-infinity', 'infinity'),
             ('any', '0044-03-15 BC', '4000-01-01 BC', '294276-12-31'),
             ('any', 'infinity', '12000-01-01', '263000-01-01')",
    )
    .await;
    hand.run("UPDATE pgboss.queue SET created_on = '-infinity', monitor_on = 'infinity' WHERE name = 'any'").await;
    let found = hand.boss.find_jobs("any", FindJobs::new()).await.unwrap();
    let created: Vec<DateTime<Utc>> = found.iter().map(|job| job.created_on).collect();
    let ides = DateTime::parse_from_rfc3339("2000-03-15T00:00:00Z")
        .unwrap()
        .to_utc()
        .with_year(-43)
        .unwrap();
    assert_eq!(
        created,
        [DateTime::<Utc>::MIN_UTC, ides, DateTime::<Utc>::MAX_UTC]
    );
    assert_eq!(found[2].start_after.year(), 12_000);

    // Pages go on after any of them.
    let after = FindJobs::new().after(found[0].id);
    assert_eq!(hand.boss.find_jobs("any", after).await.unwrap(), found[1..]);
    let after = FindJobs::new().after(found[2].id);
    assert!(hand.boss.find_jobs("any", after).await.unwrap().is_empty());
    let queue = hand.boss.queue("any").await.unwrap().unwrap();
    assert_eq!(queue.created_on, DateTime::<Utc>::MIN_UTC);

    // What was read can be written and read again.
    let written = serde_json::to_string(&found).unwrap();
    assert_eq!(
        serde_json::from_str::<Vec<JobDetails>>(&written).unwrap(),
        found
    );
}

#[tokio::test]
async fn names_and_keys_of_a_million_characters_are_refused_and_cut_in_the_message() {
    let hand = Hand::with(&["any"]).await;
    let boss = &hand.boss;
    let (long, none) = ("x".repeat(1_000_000), JobOptions::new);
    let length = "1000000 bytes";
    hand.refuses(boss.send(&long, 1, none()), length).await;
    hand.refuses(boss.insert(&long, [(1, none())]), length)
        .await;
    hand.refuses(boss.send("any", 1, none().singleton_key(&long)), length)
        .await;
    hand.refuses(boss.send("any", 1, none().group(long.as_str())), length)
        .await;
    hand.refuses(boss.send("any", 1, none().group(("g", &*long))), length)
        .await;
    hand.refuses(boss.send("any", 1, none().dead_letter(&long)), length)
        .await;
    hand.refuses(boss.send("any", 1, json!({ "singletonKey": long })), length)
        .await;
    hand.refuses(boss.send("any", 1, json!({ "priority": long })), "bytes")
        .await;
    hand.refuses(boss.send("any", 1, json!({ &long: 1 })), length)
        .await;
    hand.refuses(boss.cancel(&long, Uuid::nil()), length).await;
    hand.refuses(boss.find_jobs(&long, FindJobs::new()), length)
        .await;
    hand.refuses(boss.create_queue(&long, QueueOptions::new()), length)
        .await;
    hand.refuses(boss.create_queue("b", json!({ "policy": long })), length)
        .await;
    hand.refuses(
        boss.create_queue("b", json!({ "retryLimit": long })),
        "bytes",
    )
    .await;
    hand.refuses(boss.subscribe(&long, "any"), length).await;
    hand.refuses(boss.publish(&long, 1, none()), length).await;
    hand.refuses(boss.set_schedule("any", &long, 1, ()), length)
        .await;
    let schedule = |options| boss.set_schedule("any", "0 6 * * *", 1, options);
    hand.refuses(schedule(ScheduleOptions::new().key(&long)), length)
        .await;
    hand.refuses(schedule(ScheduleOptions::new().tz(&long)), length)
        .await;
    hand.refuses(schedule(ScheduleOptions::new().missed(&long)), length)
        .await;
    let typed = BhDue::run_now()
        .singleton_key(&long)
        .on(boss)
        .submit(1)
        .await;
    assert!(typed.unwrap_err().to_string().contains(length));
}

#[tokio::test]
async fn the_input_of_a_schedule_must_fit_the_declared_job() {
    let hand = Hand::with(&["bh_due"]).await;
    let refused = hand.boss.set_schedule("bh_due", "0 6 * * *", "seven", ());
    hand.refuses(refused, "the input does not fit job `bh_due`")
        .await;
    hand.boss
        .set_schedule("bh_due", "0 6 * * *", 7, ())
        .await
        .unwrap();
}

#[tokio::test]
async fn waiting_for_an_output_ends_with_its_time_limit() {
    let hand = Hand::with(&[]).await;
    let job = BhDue::run_now().on(&hand.boss).submit(1).await.unwrap();
    let error = job
        .output_within(Duration::from_millis(50))
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::TimedOut);
    assert!(error.to_string().contains("`bh_due`"), "{error}");
    hand.boss
        .complete_queued("bh_due", job.job_id, 8)
        .await
        .unwrap();
    assert_eq!(job.output_within(tests::BOUND).await.unwrap(), 8);
}
