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
        Self::new(self.method, fill(&self.args, case, standing))
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

/// Stands for a job of a queue: the `nth` of those in a state, or of all if there is none in it. With `fence` it is an attempt,
/// that many after the one it is on.
pub(super) fn picked(queue: &str, state: &str, nth: u8, fence: Option<i64>) -> Value {
    json!({ "pick": nth, "of": queue, "state": state, "fence": fence })
}

fn fill(value: &Value, case: u32, standing: &[Standing]) -> Value {
    match value {
        Value::String(text) if QUEUES.contains(&text.as_str()) => {
            format!("{}{case}", &text[1..]).into()
        }
        Value::Array(all) => all
            .iter()
            .map(|value| fill(value, case, standing))
            .collect(),
        Value::Object(members) => {
            let filled = members
                .iter()
                .map(|(name, value)| (name.clone(), fill(value, case, standing)))
                .collect();
            match members.contains_key("pick") {
                true => pick(&Value::Object(filled), standing),
                false => Value::Object(filled),
            }
        }
        other => other.clone(),
    }
}

fn pick(wanted: &Value, standing: &[Standing]) -> Value {
    let of_queue: Vec<_> = standing
        .iter()
        .filter(|job| wanted["of"] == job.name)
        .collect();
    let in_state = of_queue
        .iter()
        .copied()
        .filter(|job| wanted["state"] == job.state);
    let in_state: Vec<_> = in_state.collect();
    let among = if in_state.is_empty() {
        of_queue
    } else {
        in_state
    };
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
