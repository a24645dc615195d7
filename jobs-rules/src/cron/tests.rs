mod dialect;
mod oracle;

use chrono::{DateTime, Utc};

use super::Cron;
use crate::{Zone, parse_instant};

fn at(text: &str) -> DateTime<Utc> {
    parse_instant(text).expect("an instant of these tests")
}

fn next(expression: &str, after: &str, zone: &str, count: usize) -> Vec<String> {
    let cron = Cron::parse(expression).expect(expression);
    let zone = Zone::parse(zone).expect(zone);
    let step = |from: &DateTime<Utc>| cron.next_after(*from, &zone);
    let found = std::iter::successors(Some(at(after)), step)
        .skip(1)
        .take(count);
    found
        .map(|instant| instant.format("%Y-%m-%dT%H:%M:%SZ").to_string())
        .collect()
}

#[test]
fn a_time_that_spring_skips_never_fires() {
    let found = next("30 2 * * *", "2026-03-07T00:00:00Z", "America/New_York", 3);
    assert_eq!(
        found,
        [
            "2026-03-07T07:30:00Z",
            "2026-03-09T06:30:00Z",
            "2026-03-10T06:30:00Z"
        ]
    );
}

#[test]
fn a_time_that_autumn_shows_twice_fires_twice() {
    let found = next("30 1 * * *", "2026-10-31T12:00:00Z", "America/New_York", 3);
    assert_eq!(
        found,
        [
            "2026-11-01T05:30:00Z",
            "2026-11-01T06:30:00Z",
            "2026-11-02T06:30:00Z"
        ]
    );
}

#[test]
fn rare_days_are_found_however_far() {
    assert_eq!(
        next("0 0 29 2 *", "2097-01-01", "UTC", 2),
        ["2104-02-29T00:00:00Z", "2108-02-29T00:00:00Z"]
    );
    assert_eq!(
        next("0 0 * 2 1#5", "2030-01-01", "UTC", 2),
        ["2044-02-29T00:00:00Z", "2072-02-29T00:00:00Z"]
    );
    let leap = Cron::parse("0 0 29 2 *").expect("it is a date");
    let berlin = Zone::parse("Europe/Berlin").expect("it is a zone");
    assert_eq!(
        leap.latest_at(at("2027-07-01"), &berlin),
        Some(at("2024-02-28T23:00:00Z"))
    );
}

#[test]
fn next_is_strictly_after_and_latest_is_at_or_before() {
    let (cron, utc) = (
        Cron::parse("0 12 * * *").expect("it is a time"),
        Zone::utc(),
    );
    let noon = at("2030-05-05T12:00:00Z");
    assert_eq!(
        cron.next_after(noon, &utc),
        Some(at("2030-05-06T12:00:00Z"))
    );
    assert_eq!(
        cron.next_after(at("2030-05-05T11:59:59.999Z"), &utc),
        Some(noon)
    );
    assert_eq!(cron.latest_at(noon, &utc), Some(noon));
    assert_eq!(
        cron.latest_at(at("2030-05-05T12:00:00.5Z"), &utc),
        Some(noon)
    );
    assert_eq!(
        cron.latest_at(at("2030-05-05T11:59:59.999Z"), &utc),
        Some(at("2030-05-04T12:00:00Z"))
    );
    assert_eq!(cron.next_after(DateTime::<Utc>::MAX_UTC, &utc), None);
    assert_eq!(cron.latest_at(DateTime::<Utc>::MIN_UTC, &utc), None);
}
