//! Start times in JSON, as pg-boss's option `startAfter` takes them.

use std::time::Duration;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

use crate::{StartAfter, Step, parse_instant, parse_interval, shorten};

/// The text of [`StartAfter::to_text`].
impl Serialize for StartAfter {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.to_text())
    }
}

/// As pg-boss 12.38: a number, or a text that is one, is seconds from now, and none if it is not positive; other text is an
/// instant if it begins with a date or ends with `Z`, and else an interval of Postgres.
impl<'de> Deserialize<'de> for StartAfter {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = Value::deserialize(deserializer)?;
        read(&value).map_err(D::Error::custom)
    }
}

/// What is wrong completes a sentence that begins with the option's name.
fn read(value: &Value) -> Result<StartAfter, String> {
    let must_be = |expected: &str| {
        let found = value.to_string();
        format!("must be {expected}, not `{}`", shorten(&found))
    };
    let number = match value {
        Value::Number(number) => number.as_f64(),
        Value::String(text) => text.trim().parse().ok(),
        _ => return Err(must_be("seconds, a date or an interval")),
    };
    match (number, value) {
        (Some(seconds), _) if seconds <= 0.0 => Ok(StartAfter::Now),
        (Some(seconds), _) => Duration::try_from_secs_f64(seconds)
            .map(StartAfter::In)
            .map_err(|_| must_be("a number of seconds that can be counted")),
        (None, text) => read_text(text.as_str().unwrap_or_default())
            .map_err(|wrong| format!("is wrong: {wrong}")),
    }
}

fn read_text(text: &str) -> Result<StartAfter, String> {
    let begins_with_date = text.get(..5).is_some_and(|start| {
        let (year, dash) = start.split_at(4);
        dash == "-" && year.bytes().all(|byte| byte.is_ascii_digit())
    });
    if begins_with_date || text.ends_with('Z') {
        return parse_instant(text)
            .map(StartAfter::At)
            .map_err(|error| error.to_string());
    }
    match parse_interval(text).map_err(|error| error.to_string())? {
        Step::Fixed(after) => Ok(StartAfter::In(after)),
        Step::Months(months) => Ok(StartAfter::InMonths(months)),
    }
}
