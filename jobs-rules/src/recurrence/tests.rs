use chrono::{DateTime, TimeDelta, Utc};

use super::Recurrence;
use crate::parse_instant;

const NEW_YORK: &str = "America/New_York";

fn at(text: &str) -> DateTime<Utc> {
    parse_instant(text).unwrap()
}

fn due(expression: &str, zone: &str, from: &str, to: &str) -> Vec<String> {
    let recurrence = Recurrence::parse_stored("rrule", expression, Some(zone)).unwrap();
    let due = recurrence.due(at(from), at(to));
    due.into_iter()
        .map(|at| at.format("%m-%dT%H:%M").to_string())
        .collect()
}

fn refusal(expression: &str) -> String {
    let error = Recurrence::parse_stored("rrule", expression, Some("UTC")).expect_err(expression);
    error.to_string()
}

#[test]
fn a_row_is_read_as_its_kind_or_as_what_it_looks_like() {
    let kinds = [
        ("cron", "0 9 * * *", "cron"),
        ("rrule", "FREQ=DAILY;BYHOUR=9", "rrule"),
        ("cron", "FREQ=DAILY;BYHOUR=9", "rrule"),
        (
            "cron",
            "  dtstart:20260101T000000Z\nRRULE:FREQ=DAILY",
            "rrule",
        ),
        ("rrule", "0 9 * * *", "cron"),
        ("rrule", "@daily", "cron"),
    ];
    for (kind, expression, read) in kinds {
        assert_eq!(
            Recurrence::parse_stored(kind, expression, None)
                .unwrap()
                .kind(),
            read,
            "{expression}"
        );
    }
    for (kind, expression) in [
        ("cron", "nonsense"),
        ("rrule", "nonsense"),
        ("cron", "FREQ=X"),
        ("rrule", "FREQ=X"),
        ("cron", ""),
    ] {
        assert!(
            Recurrence::parse_stored(kind, expression, None).is_err(),
            "{expression}"
        );
    }
    assert!(Recurrence::parse_stored("cron", "0 9 * * *", Some("Mars/Olympus")).is_err());
}

#[test]
fn only_the_last_occurrence_of_a_cron_expression_in_the_window_is_due() {
    let cron = Recurrence::parse_stored("cron", "*/15 * * * * *", Some("+05:30")).unwrap();
    let (from, to) = (at("2026-01-01T00:00:00Z"), at("2026-01-01T00:01:00Z"));
    assert_eq!(cron.due(from, to), [to]);
    assert!(cron.due(from, from).is_empty());
    let daily = Recurrence::parse_stored("cron", "30 5 * * *", Some("+05:30")).unwrap();
    assert_eq!(daily.due(from - TimeDelta::minutes(1), from), [from]);
    assert!(daily.due(from, to).is_empty());
}

#[test]
fn every_occurrence_of_a_rule_in_the_window_is_due() {
    let found = due(
        "FREQ=MINUTELY;INTERVAL=20",
        "UTC",
        "2026-01-01T00:00:00Z",
        "2026-01-01T01:00:00Z",
    );
    assert_eq!(found, ["01-01T00:20", "01-01T00:40", "01-01T01:00"]);
}

#[test]
fn the_lines_of_a_calendar_entry_are_read() {
    let window = ("2026-01-01T00:00:00Z", "2026-01-20T00:00:00Z");
    let cases: [(&str, &[&str]); 10] = [
        (
            "DTSTART;TZID=Europe/Berlin:20260101T090000\nRRULE:FREQ=DAILY;COUNT=3",
            &["01-01T08:00", "01-02T08:00", "01-03T08:00"],
        ),
        (
            "DTSTART:20260101T090000Z\r\nRRULE:FREQ=DAILY;COU\r\n NT=2",
            &["01-01T09:00", "01-02T09:00"],
        ),
        (
            "DTSTART:20260101T090000\nRRULE:FREQ=DAILY;COUNT=3\nEXDATE:20260102T090000\nRDATE:20260115T101500",
            &["01-01T14:00", "01-03T14:00", "01-15T15:15"],
        ),
        (
            "RRULE:FREQ=DAILY;COUNT=2\nDTSTART:20260101T090000\nEXDATE;TZID=UTC:20260102T140000\nRDATE:20260115T101500Z",
            &["01-01T14:00", "01-15T10:15"],
        ),
        (
            "DTSTART:20260101T090000\nRRULE:FREQ=DAILY;UNTIL=20260102T140000Z",
            &["01-01T14:00", "01-02T14:00"],
        ),
        (
            "FREQ=DAILY;UNTIL=20260102T000000",
            &["01-01T05:00", "01-02T05:00"],
        ),
        // It begins at an instant, and counts by the clocks of the schedule's zone.
        (
            "DTSTART:20260101T030000Z\nRRULE:FREQ=DAILY;BYHOUR=23;COUNT=2",
            &["01-01T04:00", "01-02T04:00"],
        ),
        // The dates of a rule that never happens do.
        (
            "DTSTART:20260101T000000Z\nRRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30\nRDATE:20260110T120000Z",
            &["01-10T12:00"],
        ),
        (
            "DTSTART;VALUE=DATE:20260101\nRRULE:FREQ=DAILY;COUNT=3\nEXDATE:20260102",
            &["01-01T05:00", "01-03T05:00"],
        ),
        (
            "DTSTART:20260106T090000Z\nRRULE:FREQ=WEEKLY;BYDAY=MO,FR;COUNT=3",
            &["01-09T09:00", "01-12T09:00", "01-16T09:00"],
        ),
    ];
    for (expression, expected) in cases {
        assert_eq!(
            due(expression, NEW_YORK, window.0, window.1),
            expected,
            "{expression}"
        );
    }
}

#[test]
fn days_are_counted_on_the_wall_clock_and_hours_in_real_time() {
    let spring = ("2026-03-08T05:00:00Z", "2026-03-08T09:00:00Z");
    let autumn = ("2026-11-01T04:00:00Z", "2026-11-01T08:00:00Z");
    let cases: [(&str, &[&str], &[&str]); 5] = [
        (
            "FREQ=DAILY;BYHOUR=1,2,3;BYMINUTE=30",
            &["03-08T06:30", "03-08T07:30"],
            &["11-01T05:30", "11-01T07:30"],
        ),
        (
            "FREQ=MONTHLY;BYMONTHDAY=1,8;BYHOUR=2",
            &[],
            &["11-01T07:00"],
        ),
        // Every hour: what is shown twice counts once.
        (
            "FREQ=HOURLY",
            &["03-08T06:00", "03-08T07:00", "03-08T08:00", "03-08T09:00"],
            &["11-01T05:00", "11-01T07:00", "11-01T08:00"],
        ),
        (
            "FREQ=HOURLY;INTERVAL=2",
            &["03-08T07:00", "03-08T09:00"],
            &["11-01T05:00", "11-01T07:00"],
        ),
        (
            "FREQ=MINUTELY;INTERVAL=30;BYHOUR=1,2",
            &["03-08T06:00", "03-08T06:30"],
            &[
                "11-01T05:00",
                "11-01T05:30",
                "11-01T06:00",
                "11-01T06:30",
                "11-01T07:00",
                "11-01T07:30",
            ],
        ),
    ];
    for (expression, in_spring, in_autumn) in cases {
        assert_eq!(
            due(expression, NEW_YORK, spring.0, spring.1),
            in_spring,
            "{expression}"
        );
        assert_eq!(
            due(expression, NEW_YORK, autumn.0, autumn.1),
            in_autumn,
            "{expression}"
        );
    }
}

#[test]
fn rules_that_pg_boss_would_misread_or_refuses_are_refused() {
    let cases = [
        (
            "FREQ=DAILY;COUNT=3",
            "COUNT counts from DTSTART; write a DTSTART line too",
        ),
        (
            "FREQ=DAILY;FREQ=DAILY",
            "FREQ is given twice; write it once",
        ),
        (
            "FREQ=DAILY;BYHOURS=3",
            "unsupported part `BYHOURS=3` in the rule",
        ),
        (
            "FREQ=DAILY;BYDAY=X1MO",
            "unsupported value in `BYDAY=X1MO`; expected days such as `MO`, or `1MO` and `-1SU`",
        ),
        (
            "FREQ=DAILY;BYHOUR=25",
            "unsupported value in `BYHOUR=25`; expected numbers from 0 to 23",
        ),
        (
            "RRULE:FREQ=DAILY\nRRULE:FREQ=DAILY",
            "RRULE is given twice; write it once",
        ),
        ("RDATE:20260101T000000Z", "there is no RRULE to recur by"),
        (
            "FREQ=DAILY\nUID:3",
            "unsupported property `UID`; expected DTSTART, RRULE, RDATE and EXDATE lines",
        ),
        (
            "DTSTART:20260101T000000Z\nRRULE:FREQ=DAILY;UNTIL=20260301T000000Z;COUNT=2",
            "COUNT and UNTIL cannot both end a rule; write one of them",
        ),
        (
            "FREQ=DAILY;INTERVAL=0",
            "unsupported value in `INTERVAL=0`; expected a number from 1",
        ),
        (
            "FREQ=MONTHLY;BYMONTHDAY=1,0",
            "unsupported value in `BYMONTHDAY=1,0`; expected numbers from 1 to 31 or -31 to -1",
        ),
        (
            "FREQ=WEEKLY;BYMONTHDAY=-1",
            "`BYMONTHDAY=-1` cannot be used with FREQ=WEEKLY",
        ),
        (
            "DTSTART:20260101T090000Z\nRRULE:FREQ=DAILY;UNTIL=20260301T000000",
            "UNTIL `20260301T000000` must be in UTC, with a `Z`, since DTSTART has a zone",
        ),
        (
            "DTSTART:20260101\nRRULE:FREQ=DAILY\nEXDATE:20260102T000000",
            "EXDATE `20260102T000000` must be a date if DTSTART is one, and have a time if DTSTART has",
        ),
        (
            "DTSTART:2026-01-01T00:00\nRRULE:FREQ=DAILY",
            "DTSTART `2026-01-01T00:00` is not a date or time; write it like `20300102T030405Z`",
        ),
        (
            "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30",
            "the rule `FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30` never happens",
        ),
    ];
    for (expression, message) in cases {
        assert_eq!(refusal(expression), message, "{expression}");
    }
    let wrong = [
        (
            "FREQ=FORTNIGHTLY",
            "unsupported value in `FREQ=FORTNIGHTLY`; expected SECONDLY, MINUTELY, HOURLY, DAILY, WEEKLY, MONTHLY or YEARLY",
        ),
        (
            "FREQ=DAILY;BYDAY=1MO",
            "`BYDAY=1MO` cannot be used without FREQ=MONTHLY or YEARLY, since it has a number",
        ),
        (
            "FREQ=YEARLY;BYDAY=1MO;BYWEEKNO=3",
            "`BYDAY=1MO` cannot be used with BYWEEKNO, since it has a number",
        ),
        (
            "FREQ=DAILY;BYSETPOS=1",
            "`BYSETPOS=1` cannot be used without another BY part to take a position in",
        ),
        (
            "RRULE:BYHOUR=9",
            "the rule has no FREQ; write it like `FREQ=DAILY;BYHOUR=9`",
        ),
        (
            "FREQ=DÄILY",
            "unsupported value in `FREQ=DÄILY`; expected SECONDLY, MINUTELY, HOURLY, DAILY, WEEKLY, MONTHLY or YEARLY",
        ),
        (
            "DTSTART:20260101T000000Z\nRRULE:FREQ=DAILY;COUNT=1000000000",
            "COUNT `1000000000` is not a number from 1 to 100000; use UNTIL for more",
        ),
        (
            "DTSTART:20260101T000000Z\nRRULE:FREQ=YEARLY;BYWEEKNO=53;COUNT=100000",
            "COUNT=100000 takes too long to count, since the rule recurs so rarely; use UNTIL",
        ),
    ];
    for (expression, message) in wrong {
        assert_eq!(refusal(expression), message, "{expression}");
    }
}

#[test]
fn plain_days_beside_numbered_ones_and_weeks_without_days_recur() {
    let cases: [(&str, &[&str]); 2] = [
        (
            "FREQ=MONTHLY;BYDAY=TU,-1SU",
            &[
                "01-06T00:00",
                "01-13T00:00",
                "01-20T00:00",
                "01-25T00:00",
                "01-27T00:00",
            ],
        ),
        ("FREQ=YEARLY;BYWEEKNO=3", &["01-15T00:00"]),
    ];
    for (expression, expected) in cases {
        let found = due(expression, "UTC", "2026-01-02", "2026-01-31");
        assert_eq!(found, expected, "{expression}");
    }
}

#[test]
fn the_latest_is_the_last_of_all_that_are_due() {
    let (from, to) = (at("2026-03-06T12:00:00Z"), at("2026-03-10T12:00:00Z"));
    for expression in [
        "FREQ=HOURLY;INTERVAL=5",
        "FREQ=DAILY;BYHOUR=1,2,3",
        "FREQ=SECONDLY;INTERVAL=700;BYHOUR=1",
        "FREQ=YEARLY",
    ] {
        let rule = Recurrence::parse_stored("rrule", expression, Some(NEW_YORK)).unwrap();
        let all = rule.due(from, to);
        assert_eq!(rule.latest(from, to), all.last().copied(), "{expression}");
    }
}

#[test]
fn the_latest_occurrence_is_found_in_dense_rules_and_in_long_ended_ones() {
    let (from, to) = (at("2026-01-02T00:00:00Z"), at("2026-06-01T00:00:00Z"));
    let expressions = [
        ("FREQ=SECONDLY", Some(to)),
        ("FREQ=SECONDLY;BYMONTHDAY=1", Some(to)),
        ("FREQ=SECONDLY;UNTIL=20000101T000000Z", None),
        (
            "DTSTART:20200101T000000Z\nRRULE:FREQ=SECONDLY;BYDAY=MO;BYSETPOS=2\nRDATE:20200102T000000Z",
            None,
        ),
        ("FREQ=SECONDLY;BYMONTH=1;BYMONTHDAY=1", None),
        (
            "FREQ=MINUTELY;INTERVAL=7;BYHOUR=3;BYDAY=SU",
            Some(at("2026-05-31T03:57:00Z")),
        ),
        (
            "DTSTART:20250101T000000Z\nRRULE:FREQ=SECONDLY;COUNT=100000",
            None,
        ),
    ];
    for (expression, latest) in expressions {
        let rule = Recurrence::parse_stored("rrule", expression, Some("UTC")).unwrap();
        let found = rule.latest(from, to);
        assert_eq!(found, latest, "{expression}");
    }
}
