use chrono::{DateTime, Utc};
use jobs_rules::parse_instant;
use jobs_rules::{Error, ErrorKind};

use super::SchedulePreview;
use crate::Boss;

fn at(text: &str) -> DateTime<Utc> {
    parse_instant(text).unwrap()
}

fn listed(preview: &SchedulePreview) -> Vec<String> {
    let instants = Boss::preview_schedule(preview).unwrap();
    instants
        .iter()
        .map(|at| at.format("%Y-%m-%dT%H:%M").to_string())
        .collect()
}

fn refusal(preview: &SchedulePreview) -> Error {
    let error = Boss::preview_schedule(preview).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::BadInput, "{error}");
    error
}

#[test]
fn five_times_in_utc_are_told_unless_asked_otherwise() {
    let preview = SchedulePreview::of("0 9 * * *").from(at("2026-01-01T09:00:00Z"));
    let days = [2, 3, 4, 5, 6].map(|day| format!("2026-01-0{day}T09:00"));
    assert_eq!(listed(&preview), days);
    let preview = preview.tz("+05:30").count(1);
    assert_eq!(listed(&preview), ["2026-01-02T03:30"]);
    let now = Boss::preview_schedule(&SchedulePreview::of("* * * * *")).unwrap();
    let minute = chrono::TimeDelta::minutes(1);
    assert!(now[0] > Utc::now() - minute && now[0] <= Utc::now() + minute);
}

#[test]
fn what_spring_skips_is_not_listed_and_what_autumn_shows_twice_is_listed_twice() {
    let spring = SchedulePreview::of("30 2 * * *")
        .tz("America/New_York")
        .count(2);
    assert_eq!(
        listed(&spring.from(at("2026-03-07T12:00:00Z"))),
        ["2026-03-09T06:30", "2026-03-10T06:30"]
    );
    let autumn = SchedulePreview::of("30 1 * * *")
        .tz("America/New_York")
        .count(2);
    assert_eq!(
        listed(&autumn.from(at("2026-11-01T00:00:00Z"))),
        ["2026-11-01T05:30", "2026-11-01T06:30"]
    );
}

#[test]
fn a_rule_is_listed_to_its_end_with_its_dates() {
    let rule = "DTSTART:20260101T090000Z\nRRULE:FREQ=DAILY;COUNT=3\nRDATE:20260110T120000Z\nEXDATE:20260102T090000Z";
    let preview = SchedulePreview::of(rule).from(at("2026-01-01"));
    assert_eq!(
        listed(&preview),
        ["2026-01-01T09:00", "2026-01-03T09:00", "2026-01-10T12:00"]
    );
    let ended = preview.from(at("2027-01-01"));
    assert!(listed(&ended).is_empty());
}

#[test]
fn rare_times_are_listed_as_far_as_asked() {
    for expression in ["0 0 29 2 *", "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29"] {
        let preview = SchedulePreview::of(expression)
            .from(at("2026-01-01"))
            .count(50);
        let found = listed(&preview);
        assert_eq!(found.len(), 50, "{expression}");
        assert_eq!(found[0], "2028-02-29T00:00");
        assert_eq!(found[49], "2232-02-29T00:00");
    }
}

#[test]
fn what_is_wrong_is_named() {
    let of = SchedulePreview::of;
    assert_eq!(
        refusal(&of("0 9 * * *").count(0)).to_string(),
        "cannot preview 0 times of a schedule; ask for 1 to 1000"
    );
    refusal(&of("0 9 * * *").count(1_001));
    refusal(&of("FREQ=DAILY").from(DateTime::<Utc>::MAX_UTC));
    let wrong = [
        (of("61 * * * *"), "minute `61` is out of range"),
        (of("FREQ=DAILY;BYHOURS=3"), "unsupported part `BYHOURS=3`"),
        (
            of("0 9 * * *").tz("Mars/Olympus"),
            "unknown time zone `Mars/Olympus`",
        ),
    ];
    for (preview, part) in wrong {
        let message = refusal(&preview).to_string();
        assert!(message.starts_with("cannot preview the schedule `"));
        assert!(message.contains(part), "{message}");
    }
}
