//! Whether a value of JSON is valid for an option.

use serde::Deserialize;
use serde_json::Value;
use uuid::Uuid;

use super::{JobOption, OptionKind, check_integer};
use crate::{Group, NameError, StartAfter, check_name, check_text, shorten};

impl JobOption {
    /// Checks the name of the dead letter queue, or the singleton key.
    pub(crate) fn check_text(self, text: &str) -> Result<(), NameError> {
        match self.kind() {
            OptionKind::Name => check_name("dead letter queue", text),
            _ => check_text("the singleton key", text),
        }
    }

    /// Checks a value in pg-boss's spelling.
    ///
    /// # Errors
    /// Names the option, what it may be, and what was given.
    pub fn check_json(self, value: &Value) -> Result<(), String> {
        let name = self.json_name();
        let must_be = |expected: &str| {
            let found = value.to_string();
            format!("`{name}` must be {expected}, not `{}`", shorten(&found))
        };
        let text = || value.as_str().ok_or_else(|| must_be("a text"));
        match self.kind() {
            OptionKind::Integer { .. } | OptionKind::Seconds { .. } => {
                let number = value.as_i64().ok_or_else(|| must_be("a whole number"))?;
                check_integer(self, number)
                    .map(drop)
                    .map_err(|error| error.under(name))
            }
            OptionKind::Flag => match value {
                Value::Bool(_) => Ok(()),
                _ => Err(must_be("true or false")),
            },
            OptionKind::Name | OptionKind::Text => self.check_text(text()?).map_err(in_words),
            OptionKind::Uuid => match Uuid::parse_str(text()?) {
                Ok(_) => Ok(()),
                Err(_) => Err(must_be("a UUID")),
            },
            OptionKind::Group => match Group::deserialize(value) {
                Ok(group) => group.check(),
                Err(_) => Err(must_be("`{\"id\": ..., \"tier\": ...}` with texts")),
            },
            OptionKind::Time => StartAfter::deserialize(value)
                .map_err(|wrong| format!("`{name}` {wrong}"))?
                .check()
                .map_err(in_words),
        }
    }
}

fn in_words(error: impl ToString) -> String {
    error.to_string()
}
