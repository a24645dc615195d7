//! One expression in one zone, judged by both sides at some instants.

use chrono::{DateTime, TimeDelta, Utc};
use jobs_rules::{Cron, CronError, Zone};
use serde_json::{Value, json};
use tests::node::Node;

use super::super::dice::Dice;
use super::super::places::{Edge, SourceLocation, at};

/// How long after an occurrence a pass still files it.
const WINDOW: TimeDelta = TimeDelta::seconds(60);

/// How near to a change of the clock the instants lie.
const NEAR: TimeDelta = TimeDelta::hours(3);

/// An expression, as it is written and as ours reads it.
pub(super) struct Expression {
    text: String,
    cron: Result<Cron, CronError>,
}

impl From<String> for Expression {
    fn from(text: String) -> Self {
        let cron = Cron::parse(&text);
        Self { text, cron }
    }
}

/// An expression in a zone, and the instants.
pub(super) struct Case<'a> {
    expression: &'a Expression,
    place: &'a SourceLocation,
    instants: Vec<DateTime<Utc>>,
}

impl<'a> Case<'a> {
    pub(super) fn new(
        expression: &'a Expression,
        place: &'a SourceLocation,
        dice: &mut Dice,
    ) -> Self {
        let mut instants = Vec::new();
        if dice.chance(20) {
            instants.push(at("2026-07-01") + TimeDelta::milliseconds(dice.number(0..=86_400_000)));
        }
        if let Ok(cron) = &expression.cron {
            for edge in &place.edges {
                instants.extend(around(cron, edge, dice));
            }
        }
        Self {
            expression,
            place,
            instants,
        }
    }

    /// Says in what the two sides differ.
    pub(super) fn differences(&self, theirs: &Value) -> Vec<String> {
        let (text, name) = (&self.expression.text, self.place.name);
        let read = (&self.expression.cron, &self.place.zone, theirs.as_array());
        let (cron, zone, theirs) = match read {
            (Ok(cron), Ok(zone), Some(theirs)) => (cron, zone, theirs),
            (Ok(_), Ok(_), None) => return vec![format!("only theirs refuses `{text}` in {name}")],
            (_, _, Some(_)) => return vec![format!("only ours refuses `{text}` in {name}")],
            (_, _, None) => return vec![],
        };
        let difference = |(at, theirs): (&DateTime<Utc>, &Value)| {
            let ours = cron.latest_at(*at, zone);
            let theirs = theirs.as_i64().and_then(DateTime::from_timestamp_millis);
            (!agree(*at, zone, ours, theirs))
                .then(|| format!("`{text}` in {name} at {at}: ours {ours:?}, theirs {theirs:?}"))
        };
        self.instants
            .iter()
            .zip(theirs)
            .filter_map(difference)
            .collect()
    }

    fn question(&self) -> Value {
        let instants = self.instants.iter().map(DateTime::timestamp_millis);
        json!([
            self.expression.text,
            self.place.name,
            instants.collect::<Vec<_>>()
        ])
    }
}

/// Tells whether both file the same at an instant, and agree in what was last if it is older.
fn agree(
    at: DateTime<Utc>,
    zone: &Zone,
    ours: Option<DateTime<Utc>>,
    theirs: Option<DateTime<Utc>>,
) -> bool {
    let due =
        |found: Option<DateTime<Utc>>| found.filter(|found| *found > at - WINDOW && *found <= at);
    let Some(older) = theirs.filter(|theirs| *theirs <= at) else {
        return due(ours).is_none();
    };
    // Once the clock has changed since, cron-parser passes over some.
    let is_comparable = zone.last_change(older, at).is_none();
    due(ours) == due(theirs) && (!is_comparable || ours == theirs)
}

/// Asks Node.
pub(super) async fn judged(node: &Node, cases: &[Case<'_>]) -> Vec<Value> {
    let questions: Vec<_> = cases.iter().map(Case::question).collect();
    let question = json!({ "crons": questions });
    let mut answer = node.answer("decisions.mjs", &question).await;
    match answer["crons"].take() {
        Value::Array(judged) if judged.len() == cases.len() => judged,
        other => panic!("an answer for each case was expected, not {other}"),
    }
}

/// Instants near a change of the clock at which something may be due, by what clocks of either offset would show: so times
/// that are skipped and times that are shown twice are among them. One more is any.
fn around(cron: &Cron, edge: &Edge, dice: &mut Dice) -> Vec<DateTime<Utc>> {
    let mut instants = Vec::new();
    if dice.chance(30) {
        instants.push(edge.at + TimeDelta::seconds(dice.number(-9_000..=9_000)));
    }
    for unchanging in &edge.unchanging {
        let found = match dice.chance(50) {
            true => cron.next_after(
                edge.at - TimeDelta::seconds(dice.number(0..=7_200)),
                unchanging,
            ),
            false => cron.latest_at(
                edge.at + TimeDelta::seconds(dice.number(0..=7_200)),
                unchanging,
            ),
        };
        let late = TimeDelta::seconds(dice.pick(&[0, 0, 1, 30, 59, 60]));
        let near = found.filter(|found| (*found - edge.at).abs() <= NEAR);
        instants.extend(near.map(|found| found + late));
    }
    instants
}
