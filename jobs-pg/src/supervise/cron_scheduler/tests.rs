//! What is due, by the row and the time of the pass.

use super::*;

fn at(text: &str) -> DateTime<Utc> {
    text.parse().expect("an instant")
}

fn row(cron: &str, missed: Option<&str>) -> ScheduleRow {
    ScheduleRow {
        name: "mail".into(),
        key: String::new(),
        kind: "cron".into(),
        cron: cron.into(),
        timezone: Some("UTC".into()),
        missed: missed.map(Into::into),
        created_on: at("2026-01-01T00:00:00Z"),
    }
}

async fn slots_of(row: &ScheduleRow, previous: Option<&str>, now: &str) -> Vec<String> {
    let span = Span {
        previous: previous.map(at),
        now: at(now),
    };
    let read = CronScheduler::default()
        .read(std::slice::from_ref(row))
        .await;
    due(&read, span)
        .into_iter()
        .map(|filing| filing.slot)
        .collect()
}

#[tokio::test]
async fn an_occurrence_of_the_last_minute_is_due_at_its_minute() {
    let every_minute = row("* * * * *", None);
    let due = slots_of(&every_minute, None, "2026-03-01T10:00:59Z").await;
    assert_eq!(due, ["2026-03-01 10:00:00"]);
}

#[tokio::test]
async fn an_occurrence_is_seen_up_to_a_minute_later_and_not_longer() {
    let at_ten = row("0 10 * * *", None);
    assert_eq!(
        slots_of(&at_ten, None, "2026-03-01T10:00:59Z").await.len(),
        1
    );
    assert!(
        slots_of(&at_ten, None, "2026-03-01T10:01:00Z")
            .await
            .is_empty()
    );
    assert!(
        slots_of(&at_ten, None, "2026-03-01T09:59:59Z")
            .await
            .is_empty()
    );
}

#[tokio::test]
async fn of_several_missed_occurrences_one_is_made_up_for_if_asked() {
    let previous = Some("2026-03-01T06:30:00Z");
    let now = "2026-03-01T10:30:00Z";
    assert!(
        slots_of(&row("0 * * * *", None), previous, now)
            .await
            .is_empty()
    );
    let once = row("0 * * * *", Some("once"));
    assert_eq!(
        slots_of(&once, previous, now).await,
        ["2026-03-01 10:00:00"]
    );
    assert!(slots_of(&once, None, now).await.is_empty());
}

#[tokio::test]
async fn every_missed_occurrence_is_made_up_for_if_all_are_asked_for_up_to_a_bound() {
    let all = row("0 * * * *", Some("all"));
    let due = slots_of(&all, Some("2026-03-01T07:30:00Z"), "2026-03-01T10:30:00Z").await;
    assert_eq!(
        due,
        ["08:00:00", "09:00:00", "10:00:00"].map(|time| format!("2026-03-01 {time}"))
    );
    let every_minute = row("* * * * *", Some("all"));
    let due = slots_of(
        &every_minute,
        Some("2026-02-01T00:00:00Z"),
        "2026-03-01T10:30:00Z",
    )
    .await;
    // And the one that is due now.
    assert_eq!(due.len(), MOST_MADE_UP + 1);
    assert_eq!(due.last().map(String::as_str), Some("2026-03-01 10:30:00"));
}

#[tokio::test]
async fn what_was_missed_before_the_schedule_stood_is_not_made_up_for() {
    let mut once = row("0 * * * *", Some("once"));
    once.created_on = at("2026-03-01T10:05:00Z");
    let due = slots_of(&once, Some("2026-03-01T06:30:00Z"), "2026-03-01T10:30:00Z").await;
    assert!(due.is_empty());
}

#[tokio::test]
async fn a_schedule_that_cannot_be_read_does_not_keep_the_others_from_being_due() {
    let rows = [row("no cron", None), row("* * * * *", None)];
    let mut cron_scheduler = CronScheduler::default();
    assert_eq!(cron_scheduler.read(&rows).await.len(), 1);
    assert_eq!(cron_scheduler.read(&rows).await.len(), 1);
    assert_eq!(cron_scheduler.told.len(), 1);
}

#[tokio::test]
async fn a_rule_that_is_labelled_cron_is_read_as_the_rule_it_is() {
    let mut rule = row("FREQ=MINUTELY", None);
    rule.kind = "cron".into();
    let rows = [rule];
    let read = CronScheduler::default().read(&rows).await;
    assert_eq!(read[0].1.kind(), "rrule");
}
