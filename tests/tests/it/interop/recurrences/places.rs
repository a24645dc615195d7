//! Zones, and the instants at which their clocks change.

use chrono::{DateTime, TimeDelta, Utc};
use jobs_rules::{Zone, ZoneError, parse_instant};

/// North and south, half and quarter hours, a change by half an hour and one by two, changes at midnight, winter as
/// the change, and none at all.
pub(super) const ZONES: [&str; 12] = [
    "UTC",
    "+05:30",
    "Asia/Kathmandu",
    "America/New_York",
    "Europe/Berlin",
    "America/St_Johns",
    "America/Havana",
    "America/Santiago",
    "Europe/Dublin",
    "Australia/Lord_Howe",
    "Pacific/Chatham",
    "Antarctica/Troll",
];

/// A zone, as it is written and as ours reads it.
pub(super) struct SourceLocation {
    pub(super) name: &'static str,
    pub(super) zone: Result<Zone, ZoneError>,
    /// The two changes of its clock in 2026; where there are none, two instants of no meaning.
    pub(super) edges: Vec<Edge>,
}

/// An instant at which a clock changes.
pub(super) struct Edge {
    pub(super) at: DateTime<Utc>,
    /// Zones that keep the offset before and the one after for ever.
    pub(super) unchanging: [Zone; 2],
}

impl SourceLocation {
    pub(super) fn new(name: &'static str) -> Self {
        let zone = Zone::parse_stored(name);
        let edges = zone.as_ref().map(edges).unwrap_or_default();
        Self { name, zone, edges }
    }
}

fn edges(zone: &Zone) -> Vec<Edge> {
    let (start, end) = (at("2026-01-01"), at("2027-01-01"));
    let first = zone.first_change(start, end);
    let second = first.and_then(|first| zone.first_change(first, end));
    let edge = |at: DateTime<Utc>| Edge {
        at,
        unchanging: [at - TimeDelta::seconds(1), at]
            .map(|at| Zone::parse(&zone.offset_at(at).to_string()).unwrap()),
    };
    vec![
        edge(first.unwrap_or_else(|| at("2026-02-28T23:00:00Z"))),
        edge(second.unwrap_or_else(|| at("2026-08-31T18:30:00Z"))),
    ]
}

pub(super) fn at(text: &str) -> DateTime<Utc> {
    parse_instant(text).unwrap()
}
