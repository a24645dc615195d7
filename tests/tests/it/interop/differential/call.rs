//! One call of pg-boss, as JSON, for both sides.

use std::fmt;

use serde_json::{Value, json};

use super::rows::Standing;

/// The queues of a case.
pub(super) const QUEUES: [&str; 4] = ["@a", "@b", "@c", "@d"];

/// A job that nobody stored.
const NOBODY: &str = "00000000-0000-4000-8000-ffffffffffff";

/// A method of pg-boss and its arguments. In these `@a` stands for a queue, and [`picked`] for a job.
#[derive(Clone)]
pub(super) struct Call {
    pub(super) method: &'static str,
    pub(super) args: Value,
}

impl Call {
    pub(super) fn new(method: &'static str, args: Value) -> Self {
        Self { method, args }
    }

    /// With the names of this case, and the jobs that stand now.
    pub(super) fn filled(&self, case: u32, standing: &[Standing]) -> Self {
        let mut args = named(&self.args, case);
        // Else most calls about jobs in one of the rarer states would find none in their queue.
        let wanted = &args[1][0];
        if wanted.get("pick").is_some()
            && !standing.iter().any(|job| job.is(wanted))
            && let Some(other) = standing.iter().find(|job| wanted["state"] == job.state)
        {
            for pick in args[1].as_array_mut().into_iter().flatten() {
                pick["of"] = other.name.as_str().into();
            }
            args[0] = other.name.as_str().into();
        }
        Self::new(self.method, found(args, standing))
    }

    /// Gives jobs with an empty singleton key another one.
    pub(super) fn name_empty_keys(&mut self) {
        name_empty_keys(&mut self.args);
    }

    /// The queue that it is about.
    pub(super) fn queue(&self) -> &str {
        self.args[0].as_str().unwrap_or_default()
    }
}

impl fmt::Debug for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}({})", self.method, self.args)
    }
}

/// Stands for a job of a queue: the `nth` of those in a state (or that wait for others or let them wait: `kin`), or of all if there
/// is none in it. With `fence` it is an attempt,
/// that many after the one it is on.
pub(super) fn picked(queue: &str, state: &str, nth: u8, fence: Option<i64>) -> Value {
    json!({ "pick": nth, "of": queue, "state": state, "fence": fence })
}

impl Standing {
    /// Whether it is in the queue and the state that are wanted.
    fn is(&self, wanted: &Value) -> bool {
        let in_state = wanted["state"] == self.state || wanted["state"] == "kin" && self.has_kin;
        wanted["of"] == self.name && in_state
    }
}

fn named(value: &Value, case: u32) -> Value {
    match value {
        Value::String(text) if QUEUES.contains(&text.as_str()) => {
            format!("{}{case}", &text[1..]).into()
        }
        Value::Array(all) => all.iter().map(|value| named(value, case)).collect(),
        Value::Object(members) => {
            let members = members.iter();
            let named = members.map(|(name, value)| (name.clone(), named(value, case)));
            Value::Object(named.collect())
        }
        other => other.clone(),
    }
}

fn found(value: Value, standing: &[Standing]) -> Value {
    match value {
        Value::Array(all) => all
            .into_iter()
            .map(|value| found(value, standing))
            .collect(),
        Value::Object(members) if members.contains_key("pick") => {
            pick(&Value::Object(members), standing)
        }
        Value::Object(members) => {
            let members = members.into_iter();
            let found = members.map(|(name, value)| (name, found(value, standing)));
            Value::Object(found.collect())
        }
        other => other,
    }
}

fn name_empty_keys(value: &mut Value) {
    match value {
        Value::Array(all) => all.iter_mut().for_each(name_empty_keys),
        Value::Object(members) => {
            for (name, value) in members {
                if name == "singletonKey" && value == "" {
                    *value = "named".into();
                }
                name_empty_keys(value);
            }
        }
        _ => {}
    }
}

fn pick(wanted: &Value, standing: &[Standing]) -> Value {
    let mut among: Vec<_> = standing.iter().filter(|job| job.is(wanted)).collect();
    if among.is_empty() {
        among.extend(standing.iter().filter(|job| wanted["of"] == job.name));
    }
    let nth = wanted["pick"].as_u64().unwrap_or_default();
    let at = usize::try_from(nth).unwrap_or_default() % among.len().max(1);
    let (id, attempt) = match among.get(at) {
        Some(job) => (job.id.to_string(), i64::from(job.retry_count)),
        None => (NOBODY.to_owned(), 0),
    };
    match wanted["fence"].as_i64() {
        Some(later) => json!({ "id": id, "retryCount": attempt + later }),
        None => id.into(),
    }
}
