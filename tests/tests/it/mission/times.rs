//! W5, H2 to H4: every form in which a submission says when it is due.

use std::time::{Duration, SystemTime};

use chrono::{DateTime, FixedOffset, Local, TimeDelta, Utc};
use jobs_pg::prelude::*;
use jobs_pg::{ErrorKind, Submission};
use tests::Database;

use super::{idle, output_of, started};

#[job(executor = PgBoss)]
async fn time_of_job(ctx: Context<TimeOfJob>) -> bool {
    ctx.job.started_on >= ctx.job.start_after
}

/// Submits, and answers by how much the row's due time is off from `created_on` and the interval, as Postgres counts.
async fn is_due_after(boss: &PgBoss, submission: Submission<TimeOfJob>, interval: &str) -> bool {
    let job = submission.on(boss).submit(()).await.unwrap();
    let due = "SELECT start_after = created_on + $2::text::interval FROM pgboss.job WHERE id = $1";
    sqlx::query_scalar(due)
        .bind(job.job_id)
        .bind(interval)
        .fetch_one(boss.pool())
        .await
        .unwrap()
}

/// Submits, and answers the due time of the row.
async fn due(boss: &PgBoss, submission: Submission<TimeOfJob>) -> DateTime<Utc> {
    let job = submission.on(boss).submit(()).await.unwrap();
    job.pg_boss().details().await.unwrap().start_after
}

async fn stored(database: &Database) -> i64 {
    sqlx::query_scalar("SELECT count(*) FROM pgboss.job")
        .fetch_one(database.pool())
        .await
        .unwrap()
}

fn date(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

#[tokio::test]
async fn w5_delay_takes_seconds_texts_dates_and_durations() {
    let database = Database::new().await;
    let boss = idle::<TimeOfJob>(&database).await;
    assert!(is_due_after(&boss, TimeOfJob::delay(10), "10 seconds").await);
    assert!(is_due_after(&boss, TimeOfJob::delay(10_u64), "10 seconds").await);
    assert!(is_due_after(&boss, TimeOfJob::delay(0), "0").await);
    assert!(
        is_due_after(
            &boss,
            TimeOfJob::delay(Duration::from_millis(1500)),
            "1.5 seconds"
        )
        .await
    );
    assert!(is_due_after(&boss, TimeOfJob::delay(TimeDelta::minutes(3)), "3 minutes").await);
    assert!(is_due_after(&boss, TimeOfJob::delay("10s"), "10 seconds").await);
    assert!(is_due_after(&boss, TimeOfJob::delay("1h30m"), "90 minutes").await);
    assert!(is_due_after(&boss, TimeOfJob::delay("1 hour 30 mins"), "90 minutes").await);

    let instant = date("2030-01-01T00:00:00Z");
    assert_eq!(
        due(&boss, TimeOfJob::delay("2030-01-01T00:00:00Z")).await,
        instant
    );
    assert_eq!(
        due(&boss, TimeOfJob::delay("2030-01-01T01:00:00.000+01:00")).await,
        instant
    );
    assert_eq!(
        due(
            &boss,
            TimeOfJob::delay(String::from("2030-01-01T00:00:00.5Z"))
        )
        .await,
        instant + TimeDelta::milliseconds(500)
    );
    assert_eq!(due(&boss, TimeOfJob::delay("2030-01-01")).await, instant);
    assert_eq!(due(&boss, TimeOfJob::delay(instant)).await, instant);
    assert_eq!(
        due(&boss, TimeOfJob::delay(instant.with_timezone(&Local))).await,
        instant
    );
    boss.stop().await.unwrap();
}

#[tokio::test]
async fn w5_a_malformed_text_is_quoted_and_nothing_is_written() {
    let database = Database::new().await;
    let boss = idle::<TimeOfJob>(&database).await;
    for text in [
        "tomorrow",
        "2030-13-01T00:00:00Z",
        "2030-01-32",
        "10, 5s",
        "",
    ] {
        for submission in [TimeOfJob::delay(text), TimeOfJob::run_at(text)] {
            let error = submission.on(&boss).submit(()).await.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::BadInput, "{text}: {error}");
            assert!(
                error.to_string().contains(&format!("{text:?}")),
                "{text}: {error}"
            );
        }
    }
    assert_eq!(stored(&database).await, 0);
    boss.stop().await.unwrap();
}

#[tokio::test]
async fn w5_a_negative_delay_and_a_unix_time_in_its_place_are_refused_and_nothing_is_written() {
    let database = Database::new().await;
    let boss = idle::<TimeOfJob>(&database).await;
    let refused = [
        (TimeOfJob::delay(-5), "-5"),
        (TimeOfJob::run_in(-5, "days"), "-5 days"),
        (TimeOfJob::delay(1_704_067_200), "`run_at`"),
        (TimeOfJob::run_at(DateTime::<Utc>::MAX_UTC), "out of range"),
    ];
    for (submission, named) in refused {
        let error = submission.on(&boss).submit(()).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::BadInput, "{error}");
        assert!(error.to_string().contains(named), "{error}");
    }
    assert_eq!(stored(&database).await, 0);
    boss.stop().await.unwrap();
}

#[tokio::test]
async fn h2_run_now_is_due_at_once_and_runs() {
    let database = Database::new().await;
    let boss = started::<TimeOfJob>(&database).await;
    assert!(is_due_after(&boss, TimeOfJob::run_now(), "0").await);
    assert!(is_due_after(&boss, TimeOfJob::delay(600).run_now(), "0").await);
    let job = TimeOfJob::run_now().on(&boss).submit(()).await.unwrap();
    assert!(output_of(&job).await.unwrap());
    boss.stop().await.unwrap();
}

#[tokio::test]
async fn h3_run_at_takes_a_date_of_any_zone_and_system_time() {
    let database = Database::new().await;
    let boss = idle::<TimeOfJob>(&database).await;
    let instant = date("2031-05-06T07:08:09.123456Z");
    let east = FixedOffset::east_opt(5 * 3600 + 1800).unwrap();
    assert_eq!(due(&boss, TimeOfJob::run_at(instant)).await, instant);
    assert_eq!(
        due(&boss, TimeOfJob::run_at(instant.with_timezone(&east))).await,
        instant
    );
    assert_eq!(
        due(&boss, TimeOfJob::run_at(instant.with_timezone(&Local))).await,
        instant
    );
    assert_eq!(
        due(&boss, TimeOfJob::run_at(SystemTime::from(instant))).await,
        instant
    );
    assert_eq!(
        due(&boss, TimeOfJob::run_at("2031-05-06T12:38:09.123456+05:30")).await,
        instant
    );
    boss.stop().await.unwrap();
}

#[tokio::test]
async fn h4_run_in_takes_the_nine_units_singular_and_plural() {
    let database = Database::new().await;
    let boss = idle::<TimeOfJob>(&database).await;
    let units = [
        ("millisecond", Unit::Milliseconds, "0.003 seconds"),
        ("second", Unit::Seconds, "3 seconds"),
        ("minute", Unit::Minutes, "3 minutes"),
        ("hour", Unit::Hours, "3 hours"),
        ("day", Unit::Days, "72 hours"),
        ("week", Unit::Weeks, "504 hours"),
        ("month", Unit::Months, "3 months"),
        ("quarter", Unit::Quarters, "9 months"),
        ("year", Unit::Years, "36 months"),
    ];
    for (singular, unit, interval) in units {
        let plural = format!("{singular}s");
        assert!(
            is_due_after(&boss, TimeOfJob::run_in(3, singular), interval).await,
            "{singular}"
        );
        assert!(
            is_due_after(&boss, TimeOfJob::run_in(3_u8, plural.as_str()), interval).await,
            "{plural}"
        );
        assert!(
            is_due_after(&boss, TimeOfJob::run_in(3, unit), interval).await,
            "{unit}"
        );
    }
    boss.stop().await.unwrap();
}

#[tokio::test]
async fn h4_months_are_calendar_steps_that_end_with_the_month() {
    let database = Database::new().await;
    let boss = idle::<TimeOfJob>(&database).await;
    // pg-boss's own clock of the schema, set to the last day of a month.
    let clock = "CREATE OR REPLACE FUNCTION pgboss.job_now() RETURNS timestamptz LANGUAGE sql STABLE \
                 AS $$ SELECT timestamptz '2027-01-31 12:00:00Z' $$";
    sqlx::raw_sql(clock).execute(database.pool()).await.unwrap();
    assert_eq!(
        due(&boss, TimeOfJob::run_in(1, "month")).await,
        date("2027-02-28T12:00:00Z")
    );
    assert_eq!(
        due(&boss, TimeOfJob::run_in(3, "months")).await,
        date("2027-04-30T12:00:00Z")
    );
    assert_eq!(
        due(&boss, TimeOfJob::run_in(1, "quarter")).await,
        date("2027-04-30T12:00:00Z")
    );
    assert_eq!(
        due(&boss, TimeOfJob::run_in(13, Unit::Months)).await,
        date("2028-02-29T12:00:00Z")
    );
    assert_eq!(
        due(&boss, TimeOfJob::run_in(1, "year")).await,
        date("2028-01-31T12:00:00Z")
    );
    boss.stop().await.unwrap();
}

#[tokio::test]
async fn h4_an_unknown_unit_lists_the_known_ones_and_nothing_is_written() {
    let database = Database::new().await;
    let boss = idle::<TimeOfJob>(&database).await;
    let error = TimeOfJob::run_in(3, "fortnights")
        .on(&boss)
        .submit(())
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::BadInput);
    let message = error.to_string();
    for word in [
        "`fortnights`",
        "milliseconds",
        "seconds",
        "minutes",
        "hours",
        "days",
        "weeks",
        "months",
        "quarters",
        "years",
    ] {
        assert!(message.contains(word), "{word} is missing in: {message}");
    }
    assert_eq!(stored(&database).await, 0);
    boss.stop().await.unwrap();
}

#[tokio::test]
async fn h4_a_time_too_long_to_count_is_refused() {
    let database = Database::new().await;
    let boss = idle::<TimeOfJob>(&database).await;
    for submission in [
        TimeOfJob::run_in(i64::MAX, "weeks"),
        TimeOfJob::run_in(u64::MAX, "seconds"),
        TimeOfJob::run_in(i64::MAX, "years"),
    ] {
        let error = submission.on(&boss).submit(()).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::BadInput, "{error}");
    }
    assert_eq!(stored(&database).await, 0);
    boss.stop().await.unwrap();
}
