//! Every minute around changes of the clock, judged by its own wall clock, against the search.

use chrono::{DateTime, Datelike, NaiveDateTime, TimeDelta, Timelike, Utc};

use super::super::Cron;
use super::at;
use crate::Zone;

/// An expression and, written out by hand, whether a wall-clock minute matches it.
type Case = (&'static str, fn(NaiveDateTime) -> bool);

const CASES: [Case; 8] = [
    ("*/15 * * * *", |t| t.minute().is_multiple_of(15)),
    ("0 * * * *", |t| t.minute() == 0),
    ("30 1 * * *", |t| (t.hour(), t.minute()) == (1, 30)),
    ("15,45 2 * * *", |t| {
        t.hour() == 2 && [15, 45].contains(&t.minute())
    }),
    ("0 0 * * *", |t| (t.hour(), t.minute()) == (0, 0)),
    ("59 1-3 * * 0", |t| {
        t.weekday().num_days_from_sunday() == 0 && (1..=3).contains(&t.hour()) && t.minute() == 59
    }),
    ("0 2 L * *", |t| {
        (t.hour(), t.minute()) == (2, 0) && (t + TimeDelta::days(1)).day() == 1
    }),
    ("0 3 13 * 5", |t| {
        (t.hour(), t.minute()) == (3, 0) && (t.day() == 13 || t.weekday().number_from_monday() == 5)
    }),
];

const ZONES: [&str; 11] = [
    "America/New_York",
    "Europe/Berlin",
    "Australia/Lord_Howe",
    "Asia/Kathmandu",
    "UTC",
    "+05:30",
    "America/St_Johns",
    "Africa/Casablanca",
    "Pacific/Apia",
    "Asia/Tehran",
    "America/Havana",
];

/// Days around which clocks change in some of the zones; the last is when Apia left out a whole day.
const EDGES: [&str; 9] = [
    "2026-03-08",
    "2026-11-01",
    "2026-03-29",
    "2026-10-25",
    "2026-04-05",
    "2026-10-04",
    "2027-02-07",
    "2027-03-14",
    "2011-12-30",
];

#[test]
fn the_search_finds_exactly_the_minutes_whose_wall_clock_matches() {
    for zone in ZONES {
        let zone = Zone::parse(zone).expect(zone);
        for edge in EDGES {
            let (from, to) = (
                at(edge) - TimeDelta::hours(26),
                at(edge) + TimeDelta::hours(26),
            );
            for (expression, matches) in CASES {
                let cron = Cron::parse(expression).expect(expression);
                let expected = minutes(from, to)
                    .filter(|minute| matches(zone.local_at(*minute)))
                    .collect::<Vec<_>>();
                assert_eq!(
                    forwards(&cron, from, to, &zone),
                    expected,
                    "{expression} in {zone} around {edge}"
                );
                assert_eq!(
                    backwards(&cron, from, to, &zone),
                    expected,
                    "{expression} in {zone} around {edge}"
                );
            }
        }
    }
}

fn minutes(from: DateTime<Utc>, to: DateTime<Utc>) -> impl Iterator<Item = DateTime<Utc>> {
    let next = |minute: &DateTime<Utc>| Some(*minute + TimeDelta::minutes(1));
    std::iter::successors(next(&from), next).take_while(move |minute| *minute <= to)
}

fn forwards(
    cron: &Cron,
    from: DateTime<Utc>,
    to: DateTime<Utc>,
    zone: &Zone,
) -> Vec<DateTime<Utc>> {
    let next = |last: &DateTime<Utc>| cron.next_after(*last, zone);
    std::iter::successors(next(&from), next)
        .take_while(|found| *found <= to)
        .collect()
}

fn backwards(
    cron: &Cron,
    from: DateTime<Utc>,
    to: DateTime<Utc>,
    zone: &Zone,
) -> Vec<DateTime<Utc>> {
    let earlier = |last: &DateTime<Utc>| cron.latest_at(*last - TimeDelta::seconds(1), zone);
    let mut found: Vec<_> = std::iter::successors(cron.latest_at(to, zone), earlier)
        .take_while(|found| *found > from)
        .collect();
    found.reverse();
    found
}
