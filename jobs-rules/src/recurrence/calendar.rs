//! The text of a recurrence rule: the RRULE alone, or the DTSTART, RRULE, RDATE and EXDATE lines of a calendar entry.

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, Utc};

use super::error::RuleError;
use super::parts::Parts;
use crate::Zone;

/// Where rules without a start begin to count: pg-boss's choice, in the zone of the schedule.
const EPOCH: &str = "19700101T000000";

/// A recurrence rule as it was written, with its dates read.
#[derive(Debug)]
pub(super) struct Calendar {
    /// The zone the rule counts in.
    pub(super) zone: Zone,
    /// The wall clock where it begins.
    pub(super) start: NaiveDateTime,
    /// The RRULE as it was written, and its parts.
    pub(super) rule: String,
    pub(super) parts: Parts,
    pub(super) until: Option<DateTime<Utc>>,
    pub(super) added: Vec<DateTime<Utc>>,
    pub(super) left_out: Vec<DateTime<Utc>>,
}

impl Calendar {
    /// Reads the text; `zone` is that of the schedule, which a TZID overrules.
    pub(super) fn read(text: &str, zone: &Zone) -> Result<Self, RuleError> {
        let lines = Lines::read(text)?;
        let start_line = lines.start.unwrap_or(Property {
            zone: None,
            value: EPOCH.to_owned(),
        });
        let is_date = !start_line.value.contains(['T', 't']);
        let zone = start_line.own_zone()?.unwrap_or_else(|| zone.clone());
        let start = start_line
            .shown_in(&zone)
            .ok_or_else(|| wrong_date("DTSTART", &start_line.value))?;
        let rule = lines.rule.ok_or(RuleError::NoRule)?;
        let parts = Parts::read(&rule)?;
        if parts.count.is_some() && !lines.has_start {
            return Err(RuleError::CountWithoutStart);
        }
        if let Some(until) = parts.until.as_deref().filter(|_| start_line.has_zone()) {
            refuse_without_zone(until)?;
        }
        let until = parts.until.clone();
        let mut calendar = Self {
            zone,
            start,
            rule,
            parts,
            until: None,
            added: vec![],
            left_out: vec![],
        };
        if let Some(until) = &until {
            calendar.until = calendar
                .dates("UNTIL", &Property::plain(until), is_date)?
                .pop();
        }
        for (name, line) in &lines.dates {
            let dates = calendar.dates(name, line, is_date)?;
            let list = if *name == "RDATE" {
                &mut calendar.added
            } else {
                &mut calendar.left_out
            };
            list.extend(dates);
        }
        Ok(calendar)
    }

    fn dates(
        &self,
        name: &'static str,
        line: &Property,
        is_date: bool,
    ) -> Result<Vec<DateTime<Utc>>, RuleError> {
        let read = |text: &str| {
            if text.contains(['T', 't']) == is_date {
                return Err(RuleError::DateType {
                    name,
                    text: text.to_owned(),
                });
            }
            let zone = Property {
                zone: line.zone.clone(),
                value: text.to_owned(),
            }
            .zone_or(&self.zone)?;
            let local = wall_clock(text).ok_or_else(|| wrong_date(name, text))?;
            Ok(first_instant(local, &zone))
        };
        line.value.split(',').map(read).collect()
    }
}

/// The lines of a rule, told apart.
#[derive(Default)]
struct Lines {
    start: Option<Property>,
    has_start: bool,
    rule: Option<String>,
    dates: Vec<(&'static str, Property)>,
}

impl Lines {
    fn read(text: &str) -> Result<Self, RuleError> {
        let mut lines = Self::default();
        // A line break and a space is a fold within one line.
        let unfolded = text
            .replace("\r\n", "\n")
            .replace("\n ", "")
            .replace("\n\t", "");
        for line in unfolded
            .lines()
            .map(str::trim)
            .filter(|line| !line.is_empty())
        {
            let Some(name) = property(line) else {
                lines.set_rule(line)?;
                continue;
            };
            let parsed = Property::read(line);
            match name.to_ascii_uppercase().as_str() {
                "DTSTART" if lines.has_start => {
                    return Err(RuleError::Twice {
                        name: "DTSTART".to_owned(),
                    });
                }
                "DTSTART" => (lines.start, lines.has_start) = (Some(parsed), true),
                "RRULE" => lines.set_rule(&parsed.value)?,
                "RDATE" => lines.dates.push(("RDATE", parsed)),
                "EXDATE" => lines.dates.push(("EXDATE", parsed)),
                name => {
                    return Err(RuleError::Property {
                        name: name.to_owned(),
                    });
                }
            }
        }
        Ok(lines)
    }

    fn set_rule(&mut self, value: &str) -> Result<(), RuleError> {
        match self.rule.replace(value.to_owned()) {
            None => Ok(()),
            Some(_) => Err(RuleError::Twice {
                name: "RRULE".to_owned(),
            }),
        }
    }
}

/// A line's value and the zone that its TZID names.
struct Property {
    zone: Option<String>,
    value: String,
}

impl Property {
    fn plain(value: &str) -> Self {
        Self {
            zone: None,
            value: value.to_owned(),
        }
    }

    fn read(line: &str) -> Self {
        let (head, value) = line.split_once(':').unwrap_or((line, ""));
        let named = |parameter: &str| {
            let (name, value) = parameter.split_once('=')?;
            name.eq_ignore_ascii_case("TZID")
                .then(|| value.trim_matches('"').to_owned())
        };
        Self {
            zone: head.split(';').find_map(named),
            value: value.trim().to_owned(),
        }
    }

    /// Returns the zone of the TZID.
    fn own_zone(&self) -> Result<Option<Zone>, RuleError> {
        let name = self.zone.as_deref();
        name.map(Zone::parse).transpose().map_err(RuleError::Zone)
    }

    /// Returns the zone of the value: UTC after a `Z`, else the TZID's, else the one given.
    fn zone_or(&self, other: &Zone) -> Result<Zone, RuleError> {
        match self.is_utc() {
            true => Ok(Zone::utc()),
            false => Ok(self.own_zone()?.unwrap_or_else(|| other.clone())),
        }
    }

    /// Returns what clocks of a zone show at the value. A rule that begins at an instant, with a `Z`, still counts by the
    /// clocks of its schedule's zone, as pg-boss counts it.
    fn shown_in(&self, zone: &Zone) -> Option<NaiveDateTime> {
        let written = wall_clock(&self.value)?;
        match self.is_utc() {
            true => Some(zone.local_at(written.and_utc())),
            false => Some(written),
        }
    }

    fn has_zone(&self) -> bool {
        self.zone.is_some() || self.is_utc()
    }

    fn is_utc(&self) -> bool {
        self.value.ends_with(['Z', 'z'])
    }
}

/// Returns the name of the property that a line begins with.
pub(super) fn property(line: &str) -> Option<&str> {
    let name = &line[..line.find([';', ':'])?];
    let is_name = name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
    is_name.then_some(name)
}

/// Returns the first instant at which a zone shows a time; for one that it skips, as if the clock had not changed yet.
pub(super) fn first_instant(local: NaiveDateTime, zone: &Zone) -> DateTime<Utc> {
    let unchanged = || local.and_utc() - zone.offset_at(local.and_utc());
    zone.first_showing(local).unwrap_or_else(unchanged)
}

fn wall_clock(text: &str) -> Option<NaiveDateTime> {
    let bare = text
        .strip_suffix(['Z', 'z'])
        .unwrap_or(text)
        .to_ascii_uppercase();
    let are_digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    match bare.split_once('T') {
        None if bare.len() == 8 && are_digits(&bare) => NaiveDate::parse_from_str(&bare, "%Y%m%d")
            .ok()
            .map(|date| date.and_time(NaiveTime::MIN)),
        Some((date, time))
            if date.len() == 8 && time.len() == 6 && are_digits(date) && are_digits(time) =>
        {
            NaiveDateTime::parse_from_str(&bare, "%Y%m%dT%H%M%S").ok()
        }
        _ => None,
    }
}

/// RFC 5545, 3.3.10: once the start is in a zone, the end is in UTC.
fn refuse_without_zone(until: &str) -> Result<(), RuleError> {
    match until.ends_with(['Z', 'z']) || !until.contains(['T', 't']) {
        true => Ok(()),
        false => Err(RuleError::UntilWithoutZone {
            text: until.to_owned(),
        }),
    }
}

fn wrong_date(name: &'static str, text: &str) -> RuleError {
    RuleError::Date {
        name,
        text: text.to_owned(),
    }
}
