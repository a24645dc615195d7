//! The parts of an RRULE, `NAME=VALUE` each: checked, and spelled so that the rrule crate reads what is meant.

use chrono::{Datelike, NaiveDateTime};

use super::calendar::RuleError;

const DAYS: [&str; 7] = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"];

/// The parts that the rrule crate evaluates.
const EVALUATED: [&str; 12] = [
    "FREQ",
    "INTERVAL",
    "BYSECOND",
    "BYMINUTE",
    "BYHOUR",
    "BYDAY",
    "BYMONTHDAY",
    "BYYEARDAY",
    "BYWEEKNO",
    "BYMONTH",
    "BYSETPOS",
    "WKST",
];

/// The longest that occurrences are counted.
const MOST_COUNTED: usize = 100_000;

/// The parts of an RRULE. What ends it is kept apart: the rrule crate never sees that.
#[derive(Debug, Default)]
pub(super) struct Parts {
    evaluated: Vec<(String, String)>,
    pub(super) count: Option<usize>,
    pub(super) until: Option<String>,
}

impl Parts {
    pub(super) fn read(text: &str) -> Result<Self, RuleError> {
        let mut parts = Self::default();
        let mut seen: Vec<String> = Vec::new();
        for part in text.split(';').filter(|part| !part.is_empty()) {
            let part = part.to_ascii_uppercase();
            let named = part.split_once('=').filter(|(_, value)| !value.is_empty());
            let (name, value) = named.ok_or_else(|| RuleError::Part { part: part.clone() })?;
            if seen.iter().any(|seen| seen == name) {
                return Err(RuleError::Twice {
                    name: name.to_owned(),
                });
            }
            seen.push(name.to_owned());
            parts.add(name, value)?;
        }
        if parts.count.is_some() && parts.until.is_some() {
            return Err(RuleError::CountAndUntil);
        }
        if let (Some("WEEKLY"), Some(days)) = (parts.get("FREQ"), parts.get("BYMONTHDAY")) {
            return Err(unsupported("BYMONTHDAY", days));
        }
        let lists = parts
            .evaluated
            .iter()
            .filter(|(name, _)| name.starts_with("BY"));
        match (parts.get("BYSETPOS"), lists.count()) {
            // There is nothing to take a position in.
            (Some(value), 1) => Err(unsupported("BYSETPOS", value)),
            _ => parts.with_whole_weekdays(),
        }
    }

    fn add(&mut self, name: &str, value: &str) -> Result<(), RuleError> {
        match name {
            "COUNT" => self.count = Some(count(value)?),
            "UNTIL" => self.until = Some(value.to_owned()),
            // The defaults, and all that the rrule crate does.
            "RSCALE" if value == "GREGORIAN" => {}
            "SKIP" if value == "OMIT" => {}
            "INTERVAL" if !value.parse().is_ok_and(|steps: u16| steps > 0) => {
                return Err(unsupported(name, value));
            }
            // The crate has it happen never.
            "BYMONTHDAY" if value.split(',').any(is_zero) => return Err(unsupported(name, value)),
            // The crate reads anything before the day as nothing.
            "BYDAY" if !value.split(',').all(is_weekday) => return Err(unsupported(name, value)),
            _ if EVALUATED.contains(&name) => {
                self.evaluated.push((name.to_owned(), value.to_owned()));
            }
            _ if name.starts_with("X-") => {}
            _ => return Err(unsupported(name, value)),
        }
        Ok(())
    }

    fn get(&self, name: &str) -> Option<&str> {
        self.evaluated
            .iter()
            .find(|(found, _)| found == name)
            .map(|(_, value)| value.as_str())
    }

    /// Writes every Tuesday beside a last Friday as the first to the fifth: the crate takes only days that are both.
    /// Refuses a first Monday of anything but a month or year, which it would take for any.
    fn with_whole_weekdays(mut self) -> Result<Self, RuleError> {
        let Some(value) = self
            .get("BYDAY")
            .map(str::to_owned)
            .filter(|value| !value.split(',').all(is_plain))
        else {
            return Ok(self);
        };
        let weeks = match self.get("FREQ") {
            _ if self.get("BYWEEKNO").is_some() => return Err(unsupported("BYDAY", &value)),
            Some("YEARLY") if self.get("BYMONTH").is_none() => 53,
            Some("YEARLY" | "MONTHLY") => 5,
            _ => return Err(unsupported("BYDAY", &value)),
        };
        let spell = |day: &str| match is_plain(day) {
            true => (1..=weeks)
                .map(|week| format!("{week}{day}"))
                .collect::<Vec<_>>()
                .join(","),
            false => day.to_owned(),
        };
        let spelled = value.split(',').map(spell).collect::<Vec<_>>().join(",");
        self.evaluated.retain(|(name, _)| name != "BYDAY");
        self.evaluated.push(("BYDAY".to_owned(), spelled));
        Ok(self)
    }

    /// Returns the rule for the crate. A week alone is its day on which the rule began; the crate takes all seven.
    pub(super) fn spelled_out(&self, start: NaiveDateTime) -> String {
        let names_a_day = ["BYDAY", "BYMONTHDAY", "BYYEARDAY"]
            .iter()
            .any(|name| self.get(name).is_some());
        let first_day = self.get("BYWEEKNO").filter(|_| !names_a_day).and_then(|_| {
            let days_past_monday = usize::try_from(start.weekday().num_days_from_monday()).ok()?;
            Some(format!("BYDAY={}", DAYS.get(days_past_monday)?))
        });
        let written = self
            .evaluated
            .iter()
            .map(|(name, value)| format!("{name}={value}"));
        written.chain(first_day).collect::<Vec<_>>().join(";")
    }
}

/// Tells whether it is a day such as `MO`, `1MO` or `-1SU`.
fn is_weekday(item: &str) -> bool {
    let nth = DAYS.iter().find_map(|day| item.strip_suffix(day));
    nth.is_some_and(|nth| nth.is_empty() || nth.parse::<i16>().is_ok_and(|nth| nth != 0))
}

fn is_zero(item: &str) -> bool {
    item.parse::<i32>().is_ok_and(|number| number == 0)
}

fn is_plain(item: &str) -> bool {
    DAYS.contains(&item)
}

fn count(text: &str) -> Result<usize, RuleError> {
    let number = text
        .parse()
        .ok()
        .filter(|number| (1..=MOST_COUNTED).contains(number));
    number.ok_or_else(|| RuleError::Count {
        text: text.to_owned(),
        most: MOST_COUNTED,
    })
}

fn unsupported(name: &str, value: &str) -> RuleError {
    RuleError::Part {
        part: format!("{name}={value}"),
    }
}
