use super::super::Cron;
use super::next;

const START: &str = "2026-01-01T00:00:00Z";

fn refusal(text: &str) -> String {
    Cron::parse(text).expect_err(text).to_string()
}

fn declared_refusal(text: &str) -> String {
    Cron::parse_declared(text).expect_err(text).to_string()
}

/// What pg-boss 12.38 answers to the same expressions.
#[test]
fn the_whole_dialect_is_read_as_pg_boss_reads_it() {
    let cases = [
        (
            "0 0 31 2 1",
            ["2026-02-02T00:00:00Z", "2026-02-09T00:00:00Z"],
        ),
        (
            "0 0 31 2,3 *",
            ["2026-03-31T00:00:00Z", "2027-03-31T00:00:00Z"],
        ),
        (
            "0 0 1,31 2 *",
            ["2026-02-01T00:00:00Z", "2027-02-01T00:00:00Z"],
        ),
        (
            "0 0 L 2 *",
            ["2026-02-28T00:00:00Z", "2027-02-28T00:00:00Z"],
        ),
        (
            "0 0 L,15 * *",
            ["2026-01-15T00:00:00Z", "2026-01-31T00:00:00Z"],
        ),
        (
            "0 0 * * 5L,1",
            ["2026-01-05T00:00:00Z", "2026-01-12T00:00:00Z"],
        ),
        (
            "0 0 * * 7L",
            ["2026-01-25T00:00:00Z", "2026-02-22T00:00:00Z"],
        ),
        (
            "0 0 * * FRIL",
            ["2026-01-30T00:00:00Z", "2026-02-27T00:00:00Z"],
        ),
        (
            "0 0 * * 0fri",
            ["2026-01-02T00:00:00Z", "2026-01-09T00:00:00Z"],
        ),
        (
            "0 0 * * fri#2",
            ["2026-01-09T00:00:00Z", "2026-02-13T00:00:00Z"],
        ),
        (
            "0 0 * * *#2",
            ["2026-01-08T00:00:00Z", "2026-01-09T00:00:00Z"],
        ),
        (
            "? ? ? ? ?",
            ["2026-01-01T00:01:00Z", "2026-01-01T00:02:00Z"],
        ),
        (
            "0 0 ?/5 * *",
            ["2026-01-06T00:00:00Z", "2026-01-11T00:00:00Z"],
        ),
        (
            "*/100 * * * *",
            ["2026-01-01T01:00:00Z", "2026-01-01T02:00:00Z"],
        ),
        (
            "5/10 * * * *",
            ["2026-01-01T00:05:00Z", "2026-01-01T00:15:00Z"],
        ),
        (
            "05 * * * *",
            ["2026-01-01T00:05:00Z", "2026-01-01T01:05:00Z"],
        ),
        (
            "0 0 * * MON-FRI",
            ["2026-01-02T00:00:00Z", "2026-01-05T00:00:00Z"],
        ),
        (
            "0 0 * * 6-7",
            ["2026-01-03T00:00:00Z", "2026-01-04T00:00:00Z"],
        ),
        (
            "0 0 * * */7",
            ["2026-01-04T00:00:00Z", "2026-01-11T00:00:00Z"],
        ),
        (
            "0 0 * FEB-MAR,dec *",
            ["2026-02-01T00:00:00Z", "2026-02-02T00:00:00Z"],
        ),
        (
            "0 0 13 * 5",
            ["2026-01-02T00:00:00Z", "2026-01-09T00:00:00Z"],
        ),
        ("0 12 * *", ["2026-01-12T00:00:00Z", "2026-01-12T00:01:00Z"]),
        ("0", ["2026-01-04T00:00:00Z", "2026-01-04T00:01:00Z"]),
        (
            "*/20 * * * * *",
            ["2026-01-01T00:00:20Z", "2026-01-01T00:00:40Z"],
        ),
        (
            " 0  0 * * *\t",
            ["2026-01-02T00:00:00Z", "2026-01-03T00:00:00Z"],
        ),
        ("@yearly", ["2027-01-01T00:00:00Z", "2028-01-01T00:00:00Z"]),
        (
            "@annually",
            ["2027-01-01T00:00:00Z", "2028-01-01T00:00:00Z"],
        ),
        ("@monthly", ["2026-02-01T00:00:00Z", "2026-03-01T00:00:00Z"]),
        ("@weekly", ["2026-01-04T00:00:00Z", "2026-01-11T00:00:00Z"]),
        ("@daily", ["2026-01-02T00:00:00Z", "2026-01-03T00:00:00Z"]),
        ("@hourly", ["2026-01-01T01:00:00Z", "2026-01-01T02:00:00Z"]),
        (
            "@minutely",
            ["2026-01-01T00:01:00Z", "2026-01-01T00:02:00Z"],
        ),
        (
            "@secondly",
            ["2026-01-01T00:00:01Z", "2026-01-01T00:00:02Z"],
        ),
        (
            "@weekdays",
            ["2026-01-02T00:00:00Z", "2026-01-05T00:00:00Z"],
        ),
        (
            "@weekends",
            ["2026-01-03T00:00:00Z", "2026-01-04T00:00:00Z"],
        ),
    ];
    for (expression, expected) in cases {
        assert_eq!(next(expression, START, "UTC", 2), expected, "{expression}");
    }
}

#[test]
fn a_wrong_field_is_named_quoted_and_told_what_is_allowed() {
    let cases = [
        (
            "61 * * * *",
            "minute `61` is out of range; expected 0 to 59",
        ),
        ("0 24 * * *", "hour `24` is out of range; expected 0 to 23"),
        (
            "0 0 0 * *",
            "day of month `0` is out of range; expected 1 to 31, or `L` for the last day",
        ),
        (
            "0 0 * 13 *",
            "month `13` is out of range; expected 1 to 12 or JAN to DEC",
        ),
        (
            "60 0 0 * * *",
            "second `60` is out of range; expected 0 to 59",
        ),
        (
            "1,70-80,2 * * * *",
            "minute `70-80` is out of range; expected 0 to 59",
        ),
        (
            "99999999999 * * * *",
            "minute `99999999999` is out of range; expected 0 to 59",
        ),
        (
            "0 0 * JUM *",
            "month `JUM` is not a name; expected 1 to 12 or JAN to DEC",
        ),
        (
            "1,,2 * * * *",
            "minute `1,,2` has an empty item; remove the comma too many",
        ),
        (
            "*/0 * * * *",
            "minute `*/0` has no usable step; expected a number from 1 after `/`",
        ),
        (
            "0,30,0 * * * *",
            "minute `0` is listed twice; write each value once",
        ),
        (
            "0 0 15W * *",
            "day of month `15W` uses `W`, which is not supported; expected 1 to 31, or `L` for the last day",
        ),
        (
            "H * * * *",
            "minute `H` uses `H`, which is not supported; expected 0 to 59",
        ),
    ];
    for (expression, message) in cases {
        assert_eq!(refusal(expression), message, "{expression}");
    }
    assert!(
        refusal("0 0 * * 8")
            .starts_with("day of week `8` is out of range; expected 0 to 7 or SUN to SAT")
    );
    assert!(
        refusal("a * * * *")
            .starts_with("minute `a` is not understood; expected `*`, 0 to 59, a list")
    );
    assert!(refusal("0 22-2 * * *").starts_with("hour `22-2` runs backwards"));
}

#[test]
fn what_pg_boss_refuses_is_refused() {
    let wrong = [
        "",
        "  ",
        "0 0 1,1 * *",
        "0 0 * * 0,7",
        "0 0 5l * *",
        "0 0 L-3 * *",
        "0 0 15L * *",
        "0 0 L,L * *",
        "0 0 * * L",
        "0 0 * * 5L,5L",
        "0 0 * * 05L",
        "0 0 * * 0FRIL",
        "0 0 * * SAT-SUN",
        "0 0 * * 1#2,3",
        "0 0 * * 1-3#2",
        "0 0 * * 5L#2",
        "0 0 * * 5#6",
        "0 0 * * 5#0",
        "0 0 * * 5#",
        "0 0 * * #2",
        "0 0 * * 5#1#2",
        "1-3,2-4 * * * *",
        "+5 * * * *",
        "-5 * * * *",
        "5- * * * *",
        "1-2-3 * * * *",
        "1/2/3 * * * *",
        "/5 * * * *",
        "*/ * * * *",
        "*/x * * * *",
        "** * * * *",
        "*5 * * * *",
        "1-* * * * *",
        "0 0 * JANU *",
        "0 JAN * * *",
        "0 0 * * SUNDAY",
        "0 0 * * MON FRI *",
        "L * * * *",
        "0 0 31 4 ?",
        "0 0 30,31 2 *",
        "0 0 31 2,4,6,9,11 *",
        "0 0 é * *",
        "@Daily",
        " @daily",
        "@midnight",
        "@reboot",
        "@every_5m",
        "@",
        "@daily *",
    ];
    for expression in wrong {
        assert!(Cron::parse(expression).is_err(), "{expression}");
    }
    assert!(Cron::parse(&format!("0{} * * * *", " ".repeat(1100))).is_err());
    assert_eq!(
        refusal("0 0 31 2 *"),
        "`0 0 31 2 *` never happens: no such month has a day 31"
    );
    assert_eq!(
        refusal("0 0 0 1 1 * 2030"),
        "`0 0 0 1 1 * 2030` has 7 fields; write five fields: minute, hour, day of month, month, day of week"
    );
}

#[test]
fn a_declared_schedule_has_five_fields_or_a_word() {
    for expression in [
        "0 * * * *",
        "0 0 * * 0",
        "@daily",
        "@minutely",
        "@weekends",
        "*/5 9-17 * * MON-FRI",
    ] {
        assert!(Cron::parse_declared(expression).is_ok(), "{expression}");
    }
    let cases = [
        ("*/5 0 9 * * *", "so write five, such as `0 9 * * *`"),
        ("0 9", "`0 9` has 2 of the five fields"),
        ("0 9", "such as `0 9 * * *`"),
        ("every 5 minutes", "such as `*/5 * * * *`"),
        (
            "@secondly",
            "`@secondly` is not supported; a schedule counts in minutes, write `@minutely`",
        ),
        (
            "@reboot",
            "`@reboot` is not supported; a schedule is a time, not an event",
        ),
        ("@midnight", "write `@daily`"),
        ("@every 5m", "such as `*/5 * * * *`"),
        ("@Daily", "did you mean `@daily`?"),
        ("", "the cron expression is empty; write five fields"),
        ("0 0 31 2 *", "never happens"),
    ];
    for (expression, part) in cases {
        let message = declared_refusal(expression);
        assert!(message.contains(part), "{expression}: {message}");
    }
}
