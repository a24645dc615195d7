//! When a row of the `schedule` table is due: a cron expression or a recurrence rule, in the row's zone.
//!
//! `calendar` reads the lines of a rule and `parts` the rule in them, `rule` finds its occurrences, `steps` those of
//! hours and less. Cron is jobs-rules' business.

mod calendar;
mod parts;
mod rule;
mod steps;

use std::iter;

use chrono::{DateTime, Utc};
use jobs_rules::{Cron, CronError, Zone, ZoneError};

use calendar::Calendar;
pub(crate) use calendar::RuleError;
pub(crate) use rule::Rule;

/// What a row of the `schedule` table recurs by.
#[derive(Debug, Clone)]
pub(crate) enum Recurrence {
    /// A cron expression, judged by the wall clock of a zone.
    Cron(Cron, Zone),
    /// A recurrence rule of a calendar.
    Rule(Rule),
}

/// Why a row of the `schedule` table cannot be evaluated.
#[derive(Debug, thiserror::Error)]
pub(crate) enum RecurrenceError {
    /// The expression is no cron expression.
    #[error("cannot read the cron expression of a schedule")]
    Cron(#[source] CronError),
    /// The expression is no recurrence rule.
    #[error("cannot read the recurrence rule of a schedule")]
    Rule(#[source] RuleError),
    /// The rule ended before now.
    #[error("the recurrence rule of a schedule has no occurrence to come")]
    Over,
    /// The zone is unknown.
    #[error("cannot read the time zone of a schedule")]
    Zone(#[source] ZoneError),
}

const CRON: &str = "cron";
const RRULE: &str = "rrule";

impl Recurrence {
    /// Reads a row. One that cannot be read as its kind but looks like the other is read as the other: the column is
    /// wrong after some of pg-boss's upgrades.
    pub(crate) fn read(
        kind: &str,
        expression: &str,
        timezone: Option<&str>,
    ) -> Result<Self, RecurrenceError> {
        let zone = timezone
            .filter(|name| !name.is_empty())
            .map_or_else(|| Ok(Zone::utc()), Zone::parse_stored);
        let zone = zone.map_err(RecurrenceError::Zone)?;
        let looks_like = kind_by_look(expression);
        match Self::read_as(kind, expression, &zone) {
            Err(_) if looks_like != kind => Self::read_as(looks_like, expression, &zone),
            read => read,
        }
    }

    /// Reads an expression by what it looks like.
    pub(crate) fn unlabelled(
        expression: &str,
        timezone: Option<&str>,
    ) -> Result<Self, RecurrenceError> {
        Self::read(kind_by_look(expression), expression, timezone)
    }

    fn read_as(kind: &str, expression: &str, zone: &Zone) -> Result<Self, RecurrenceError> {
        if kind == RRULE {
            let calendar = Calendar::read(expression, zone).map_err(RecurrenceError::Rule)?;
            let rule = Rule::new(&calendar).map_err(RecurrenceError::Rule)?;
            return Ok(Self::Rule(rule));
        }
        let cron = Cron::parse(expression).map_err(RecurrenceError::Cron)?;
        Ok(Self::Cron(cron, zone.clone()))
    }

    /// Returns what the `kind` column should say.
    pub(crate) const fn kind(&self) -> &'static str {
        match self {
            Self::Cron(..) => CRON,
            Self::Rule(_) => RRULE,
        }
    }

    /// Returns what is due in a window, as pg-boss counts it: the last occurrence of a cron expression, every one of
    /// a rule.
    pub(crate) fn due(&self, after: DateTime<Utc>, until: DateTime<Utc>) -> Vec<DateTime<Utc>> {
        match self {
            Self::Cron(..) => self.latest(after, until).into_iter().collect(),
            Self::Rule(rule) => rule.occurrences(after, until),
        }
    }

    /// Returns so many occurrences after an instant; fewer if there are no more.
    pub(crate) fn next(&self, after: DateTime<Utc>, count: usize) -> Vec<DateTime<Utc>> {
        match self {
            Self::Cron(cron, zone) => {
                let next = |at: &DateTime<Utc>| cron.next_after(*at, zone);
                iter::successors(next(&after), next).take(count).collect()
            }
            Self::Rule(rule) => rule.next(after, count),
        }
    }

    /// Returns the last occurrence in (after, until].
    pub(crate) fn latest(
        &self,
        after: DateTime<Utc>,
        until: DateTime<Utc>,
    ) -> Option<DateTime<Utc>> {
        match self {
            Self::Cron(cron, zone) => cron.latest_at(until, zone).filter(|found| *found > after),
            Self::Rule(rule) => rule.latest(after, until),
        }
    }
}

/// Reads an expression that somebody gives, in a zone; answers its kind.
///
/// # Errors
/// If it cannot be read, or if it is a rule that has no occurrence to come.
pub(crate) fn check_recurrence(
    expression: &str,
    timezone: &str,
) -> Result<&'static str, RecurrenceError> {
    let recurrence = Recurrence::unlabelled(expression, Some(timezone))?;
    match &recurrence {
        Recurrence::Rule(rule) if rule.next(Utc::now(), 1).is_empty() => Err(RecurrenceError::Over),
        _ => Ok(recurrence.kind()),
    }
}

fn kind_by_look(expression: &str) -> &'static str {
    match looks_like_rule(expression) {
        true => RRULE,
        false => CRON,
    }
}

/// Tells whether the text looks like a rule: a line that begins with a property's name, or a `FREQ=` anywhere.
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
