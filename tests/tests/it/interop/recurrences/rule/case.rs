//! One rule in one zone, and the windows in which both sides tell its occurrences.

use std::error::Error;

use chrono::{DateTime, TimeDelta, Utc};
use jobs_pg::PgBoss;
use jobs_pg::operation::SchedulePreview;
use serde_json::{Value, json};

use super::super::dice::Dice;
use super::super::places::SourceLocation;
use super::expression::Frequency;

/// How many occurrences are asked for at a time.
const PAGE: usize = 20;

/// A rule, a zone, and windows without their first instants.
pub(super) struct Case<'a> {
    text: String,
    place: &'a SourceLocation,
    windows: Vec<(DateTime<Utc>, DateTime<Utc>)>,
}

impl<'a> Case<'a> {
    /// A rule and the time around the changes of a zone's clock, as long as it takes to recur some times.
    pub(super) fn around_changes(
        frequency: Frequency,
        text: String,
        place: &'a SourceLocation,
        dice: &mut Dice,
    ) -> Self {
        let length = match frequency {
            Frequency::Secondly => TimeDelta::minutes(10),
            Frequency::Minutely => TimeDelta::hours(4),
            Frequency::Hourly => TimeDelta::days(3),
            Frequency::Daily => TimeDelta::days(6),
            Frequency::Weekly => TimeDelta::days(30),
            Frequency::Monthly => TimeDelta::days(150),
            Frequency::Yearly => TimeDelta::days(800),
        };
        let windows = place.edges.iter().map(|edge| {
            let from = edge.at - TimeDelta::seconds(dice.number(0..=length.num_seconds()));
            (from, from + length)
        });
        Self {
            text,
            place,
            windows: windows.collect(),
        }
    }

    /// A rule of which only is asked whether it can be read.
    pub(super) const fn to_read(text: String, place: &'a SourceLocation) -> Self {
        Self {
            text,
            place,
            windows: vec![],
        }
    }

    pub(super) fn question(&self) -> Value {
        let windows = self.windows.iter();
        let windows = windows.map(|(from, to)| [from.timestamp_millis(), to.timestamp_millis()]);
        json!([self.text, self.place.name, windows.collect::<Vec<_>>()])
    }

    /// Says in what the two sides differ.
    pub(super) fn difference(&self, theirs: &Value) -> Option<String> {
        let Self { text, place, .. } = self;
        let ours = match self.ours() {
            Ok(ours) if theirs.is_null() => {
                return Some(format!("only theirs refuses {text:?}: {ours:?}"));
            }
            Ok(ours) => json!(ours),
            Err(_) if theirs.is_null() => return None,
            // To pg-boss it is a rule; it only lets nobody schedule it.
            Err(why) if why.ends_with("never happens") => json!(vec![[(); 0]; self.windows.len()]),
            Err(why) => return Some(format!("only ours refuses {text:?}: {why}")),
        };
        (ours != *theirs)
            .then(|| format!("{text:?} in {}: ours {ours}, theirs {theirs}", place.name))
    }

    /// What ours says, in milliseconds, or why it refuses.
    fn ours(&self) -> Result<Vec<Vec<i64>>, String> {
        let preview = SchedulePreview::of(&self.text).tz(self.place.name);
        let read = PgBoss::preview_schedule(&preview.clone().count(1));
        read.map_err(|error| reason(&error))?;
        let occurrences = |window: &(DateTime<Utc>, DateTime<Utc>)| within(&preview, *window);
        Ok(self.windows.iter().map(occurrences).collect())
    }
}

/// The occurrences in a window, a page at a time.
fn within(preview: &SchedulePreview, (after, until): (DateTime<Utc>, DateTime<Utc>)) -> Vec<i64> {
    let mut found = Vec::new();
    let mut from = after;
    loop {
        let page = preview.clone().from(from).count(PAGE);
        let page = PgBoss::preview_schedule(&page).unwrap();
        let inside = page.iter().take_while(|at| **at <= until);
        found.extend(inside.map(DateTime::timestamp_millis));
        match page.last() {
            Some(last) if page.len() == PAGE && *last <= until => from = *last,
            _ => return found,
        }
    }
}

/// What all causes say, one after the other.
fn reason(error: &dyn Error) -> String {
    let cause = error.source().map(reason);
    cause.map_or_else(|| error.to_string(), |cause| format!("{error}: {cause}"))
}
