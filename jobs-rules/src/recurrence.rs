//! When a schedule is due: a cron expression or a recurrence rule of RFC 5545, in a time zone.
//!
//! `calendar` reads the lines of a rule and `parts` the rule in them; `shape` is what they ask for, `days` and `times`
//! which days and times that is. `periods` steps by days and longer, `steps` by hours and shorter; `rule` brings both to
//! instants.

mod calendar;
mod days;
mod error;
mod parts;
mod periods;
mod rule;
mod shape;
mod steps;
mod times;

use std::iter;
use std::sync::Arc;

use chrono::{DateTime, Utc};

pub use error::{RecurrenceError, RuleError};
use rule::Rule;

use crate::{Cron, CronError, Zone};

/// The longest expression that is read, in bytes: room for some hundred dates. pg-boss has no bound.
const MAX_LENGTH: usize = 10_000;

const CRON: &str = "cron";
const RRULE: &str = "rrule";

/// When a schedule is due: a cron expression or a recurrence rule, in a time zone, as pg-boss 12.38 evaluates them.
///
/// Evaluating takes microseconds, and a few milliseconds at most: a search examines no more than 200,000 days or steps of
/// a rule, and nothing after the year 9999. An occurrence beyond that does not happen. Clones share what was read.
///
/// ```
/// use jobs_rules::{Recurrence, parse_instant};
///
/// let mornings = Recurrence::parse("FREQ=WEEKLY;BYDAY=MO,FR;BYHOUR=9", Some("Europe/Berlin"))?;
/// let next = mornings.next(parse_instant("2030-01-01")?, 2);
/// assert_eq!(next, [parse_instant("2030-01-04T08:00Z")?, parse_instant("2030-01-07T08:00Z")?]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct Recurrence(Arc<Kind>);

#[derive(Debug)]
enum Kind {
    Cron(Cron, Zone),
    Rule(Rule),
}

impl Recurrence {
    /// Reads an expression as what it looks like. The zone is UTC if there is none or its name is empty.
    ///
    /// # Errors
    /// If the expression or the zone cannot be read, or the expression never happens.
    pub fn parse(expression: &str, timezone: Option<&str>) -> Result<Self, RecurrenceError> {
        check_length(expression)?;
        Self::parse_stored(kind_by_look(expression), expression, timezone)
    }

    /// Reads what a program of this library sets, by the rules of the attribute: a cron expression has exactly five fields or is a word no
    /// finer than a minute, and the zone is an IANA name or a fixed offset.
    ///
    /// # Errors
    /// As [`Recurrence::parse`]; and for what only pg-boss reads.
    pub fn parse_declared(expression: &str, timezone: &str) -> Result<Self, RecurrenceError> {
        check_length(expression)?;
        let zone = Zone::parse(timezone).map_err(RecurrenceError::Zone)?;
        Self::parse_as(
            kind_by_look(expression),
            expression,
            &zone,
            Cron::parse_declared,
        )
    }

    /// Reads a row of pg-boss's `schedule` table. One that cannot be read as its kind but looks like the other kind is read
    /// as that: the column is wrong after some of pg-boss's upgrades.
    ///
    /// # Errors
    /// As [`Recurrence::parse`].
    pub fn parse_stored(
        kind: &str,
        expression: &str,
        timezone: Option<&str>,
    ) -> Result<Self, RecurrenceError> {
        check_length(expression)?;
        let zone = timezone
            .filter(|name| !name.is_empty())
            .map_or_else(|| Ok(Zone::utc()), Zone::parse_stored);
        let zone = zone.map_err(RecurrenceError::Zone)?;
        let looks_like = kind_by_look(expression);
        match Self::parse_as(kind, expression, &zone, Cron::parse) {
            Err(_) if looks_like != kind => {
                Self::parse_as(looks_like, expression, &zone, Cron::parse)
            }
            read => read,
        }
    }

    fn parse_as(
        kind: &str,
        expression: &str,
        zone: &Zone,
        read: fn(&str) -> Result<Cron, CronError>,
    ) -> Result<Self, RecurrenceError> {
        let kind = if kind == RRULE {
            Kind::Rule(Rule::read(expression, zone).map_err(RecurrenceError::Rule)?)
        } else {
            let cron = read(expression).map_err(RecurrenceError::Cron)?;
            Kind::Cron(cron, zone.clone())
        };
        Ok(Self(Arc::new(kind)))
    }

    /// Returns what the `kind` column of pg-boss's `schedule` table says: `cron` or `rrule`.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match *self.0 {
            Kind::Cron(..) => CRON,
            Kind::Rule(_) => RRULE,
        }
    }

    /// Returns the occurrences in (after, until] as pg-boss counts them, in order: only the last one of a cron expression,
    /// every one of a rule.
    #[must_use]
    pub fn due(&self, after: DateTime<Utc>, until: DateTime<Utc>) -> Vec<DateTime<Utc>> {
        match &*self.0 {
            Kind::Cron(..) => self.latest(after, until).into_iter().collect(),
            Kind::Rule(rule) => rule.occurrences(after, until).collect(),
        }
    }

    /// Returns the next occurrences after an instant, up to `count` of them, in order; fewer if there are no more.
    #[must_use]
    pub fn next(&self, after: DateTime<Utc>, count: usize) -> Vec<DateTime<Utc>> {
        match &*self.0 {
            Kind::Cron(cron, zone) => {
                let next = |at: &DateTime<Utc>| cron.next_after(*at, zone);
                iter::successors(next(&after), next).take(count).collect()
            }
            Kind::Rule(rule) => {
                let all = rule.occurrences(after, rule::last_instant());
                all.take(count).collect()
            }
        }
    }

    /// Returns the last occurrence in (after, until].
    #[must_use]
    pub fn latest(&self, after: DateTime<Utc>, until: DateTime<Utc>) -> Option<DateTime<Utc>> {
        match &*self.0 {
            Kind::Cron(cron, zone) => cron.latest_at(until, zone).filter(|found| *found > after),
            Kind::Rule(rule) => rule.latest(after, until),
        }
    }
}

fn check_length(expression: &str) -> Result<(), RecurrenceError> {
    match expression.len() > MAX_LENGTH {
        true => Err(RecurrenceError::TooLong {
            length: expression.len(),
            max: MAX_LENGTH,
        }),
        false => Ok(()),
    }
}

fn kind_by_look(expression: &str) -> &'static str {
    match looks_like_rule(expression) {
        true => RRULE,
        false => CRON,
    }
}

/// Returns whether the text looks like a rule: a line that begins with a property's name, or a `FREQ=` anywhere.
fn looks_like_rule(text: &str) -> bool {
    let names_a_property =
        |line: &str| calendar::property(line.trim_start_matches([' ', '\t'])).is_some();
    let upper = text.to_ascii_uppercase();
    let has_frequency = upper.match_indices("FREQ=").any(|(at, _)| {
        upper[..at]
            .chars()
            .next_back()
            .is_none_or(|before| before == ';' || before.is_whitespace())
    });
    has_frequency || text.lines().any(names_a_property)
}

#[cfg(test)]
mod tests;
