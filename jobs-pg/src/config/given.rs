//! The given options, checked against the table of known ones; and what is wrong with them, all of it.

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::keys::{Effect, KEYS, Key, Takes};
use super::legacy::replacement;

/// Options whose every value is of its key's kind.
pub(super) struct Given {
    values: Map<String, Value>,
    mistakes: Vec<String>,
}

impl Given {
    /// Checks each key and value. Those that are wrong, or of no effect, are not read later.
    pub(super) fn new(values: Map<String, Value>) -> Self {
        let mut given = Self {
            values: Map::new(),
            mistakes: Vec::new(),
        };
        // Node takes a null for an option that is not given.
        for (name, value) in values.into_iter().filter(|(_, value)| !value.is_null()) {
            match judge(&name, &value) {
                Ok(true) => _ = given.values.insert(name, value),
                Ok(false) => {}
                Err(mistake) => given.mistakes.push(mistake),
            }
        }
        given
    }

    pub(super) fn value(&self, name: &str) -> Option<&Value> {
        self.values.get(name)
    }

    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.value(name)?.as_str()
    }

    pub(super) fn flag(&self, name: &str) -> Option<bool> {
        self.value(name)?.as_bool()
    }

    pub(super) fn whole(&self, name: &str) -> Option<u64> {
        self.value(name)?.as_u64()
    }

    /// Reads the options that are fields of `T`, and leaves the others alone. serde's own message might show a value.
    pub(super) fn read<T: DeserializeOwned>(&mut self) -> Option<T> {
        let read = serde_path_to_error::deserialize(&self.values);
        self.accept(read.map_err(|error| format!("`{}` cannot be read", error.path())))
    }

    pub(super) fn port(&self, name: &str) -> Option<u16> {
        port(self.value(name)?)
    }

    /// Notes a mistake that the table cannot tell, and gives nothing in place of the value.
    pub(super) fn accept<T>(&mut self, read: Result<T, String>) -> Option<T> {
        read.map_err(|mistake| self.mistakes.push(mistake)).ok()
    }

    /// All mistakes; none if there are none.
    pub(super) fn mistakes(self) -> Option<String> {
        (!self.mistakes.is_empty()).then(|| self.mistakes.join("; "))
    }
}

/// Whether the option has an effect here. Values are never quoted: a password may have been put under any name.
fn judge(name: &str, value: &Value) -> Result<bool, String> {
    let Some(key) = Key::of(name) else {
        if let Some(instead) = replacement(name) {
            return Err(format!("`{name}` is an option of pg-boss 8; {instead}"));
        }
        let known: Vec<_> = KEYS.iter().map(|key| key.name).collect();
        return Err(jobs_rules::unknown("option", name, &known));
    };
    if !fits(key.takes, value) {
        return Err(format!("`{name}` takes {}", key.takes));
    }
    match key.effect {
        Effect::Honoured => return Ok(true),
        Effect::Nothing => tracing::debug!(
            option = name,
            reason = key.note,
            "an option has no effect here"
        ),
        Effect::Only(accepted)
            if serde_json::from_str(accepted).is_ok_and(|json: Value| json == *value) => {}
        Effect::Only(accepted) => {
            return Err(format!("`{name}` can only be {accepted}: {}", key.note));
        }
        Effect::Refused => return Err(format!("`{name}` is not supported: {}", key.note)),
    }
    Ok(false)
}

fn fits(takes: Takes, value: &Value) -> bool {
    match takes {
        // No text of Postgres's protocol may have a NUL in it.
        Takes::Text => value.as_str().is_some_and(|text| !text.contains('\0')),
        Takes::Flag => value.is_boolean(),
        Takes::Whole(low, high) => value.as_u64().is_some_and(|n| (low..=high).contains(&n)),
        Takes::Number(low, u32::MAX) => value.as_f64().is_some_and(|n| n >= low.into()),
        Takes::Number(low, high) => value
            .as_f64()
            .is_some_and(|n| n >= low.into() && n <= high.into()),
        Takes::Port => port(value).is_some(),
        Takes::Tls => value.is_boolean() || value.is_object(),
        Takes::Anything => true,
    }
}

fn port(value: &Value) -> Option<u16> {
    let port = match value {
        Value::String(digits) => digits.parse().ok()?,
        number => u16::try_from(number.as_u64()?).ok()?,
    };
    (port > 0).then_some(port)
}
