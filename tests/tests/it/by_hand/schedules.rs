//! What our own schedules are checked by: the rules of the attribute, in its words.

use jobs_pg::operation::{IntoScheduleOptions, ScheduleOptions, SchedulePreview};
use jobs_pg::{ErrorKind, PgBoss};
use serde_json::json;

use super::Hand;

async fn refusal(hand: &Hand, cron: &str, options: impl IntoScheduleOptions) -> String {
    let refused = hand.boss.set_schedule("report", cron, (), options).await;
    let error = refused.expect_err("it is refused");
    assert_eq!(error.kind(), ErrorKind::BadInput, "{error}");
    error.to_string()
}

#[tokio::test]
async fn an_unknown_option_of_a_schedule_is_refused_by_a_list_of_all_of_them() {
    let hand = Hand::with(&["report"]).await;
    for (slip, meant) in [("tzz", "tz"), ("mised", "missed"), ("prority", "priority")] {
        let message = refusal(&hand, "0 6 * * *", json!({ slip: "x" })).await;
        let start =
            format!("unknown option of a schedule `{slip}`; did you mean `{meant}`? known: ");
        assert!(message.starts_with(&start), "{message}");
        for known in ["tz", "key", "missed", "retryLimit", "singletonKey"] {
            assert!(message.contains(known), "`{known}` is missing: {message}");
        }
        assert!(!message.contains(" id,"), "{message}");
    }
    // What pg-boss 8 had is told as for jobs.
    let message = refusal(&hand, "0 6 * * *", json!({ "onComplete": true })).await;
    assert!(message.contains("pg-boss 8"), "{message}");
}

#[tokio::test]
async fn a_zone_that_the_attribute_refuses_is_refused_at_run_time_in_the_same_words() {
    let hand = Hand::with(&["report"]).await;
    for (zone, words) in [
        (
            "PST",
            "unknown time zone `PST`; an abbreviation does not say which zone is meant",
        ),
        ("", "unknown time zone ``; write an IANA name"),
        ("Mars/Olympus", "unknown time zone `Mars/Olympus`"),
    ] {
        let in_rust = refusal(&hand, "0 6 * * *", ScheduleOptions::new().tz(zone)).await;
        let in_json = refusal(&hand, "FREQ=DAILY", json!({ "tz": zone })).await;
        assert!(in_rust.contains(words), "{in_rust}");
        assert!(in_json.contains(words), "{in_json}");
    }
    let options = ScheduleOptions::new().tz("UTC+2").key("fixed");
    let set = hand.boss.set_schedule("report", "0 6 * * *", (), options);
    set.await.unwrap();
    // The schedules of others are read by pg-boss's rule.
    let others = SchedulePreview::of("0 6 * *").tz("PST");
    assert!(PgBoss::preview_schedule(&others).is_ok());
}

#[tokio::test]
async fn a_cron_expression_that_the_attribute_refuses_is_refused_at_run_time_in_the_same_words() {
    let hand = Hand::with(&["report"]).await;
    for (cron, words) in [
        (
            "0 6 * *",
            "`0 6 * *` has 4 of the five fields; write five fields",
        ),
        ("30 0 6 * * *", "has six fields, the first for seconds"),
        ("@secondly", "write `@minutely`"),
        ("61 6 * * *", "minute `61` is out of range"),
        ("FREQ=DAILY;BYHOURS=3", "unsupported part `BYHOURS=3`"),
    ] {
        let message = refusal(&hand, cron, ()).await;
        assert!(message.contains(words), "{message}");
        assert!(
            message.contains("of queue `report` is refused: "),
            "{message}"
        );
    }
}
