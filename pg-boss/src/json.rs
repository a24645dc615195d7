//! JSON as it is stored.

use std::fmt;
use std::ops::Index;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;
use serde_json::value::RawValue;

/// JSON from a row, exactly as it is stored.
///
/// Other programs may have stored JSON that a [`Value`] cannot represent: a number such as `1e400`, or arrays nested more than 127
/// levels deep. The [text](Self::text) is always available. Indexing reads the [value](Self::value), and returns null without one.
#[derive(Clone)]
pub struct Json {
    text: Box<RawValue>,
    value: Option<Value>,
}

static NULL: Value = Value::Null;

impl Json {
    /// The JSON text.
    pub fn text(&self) -> &str {
        self.text.get()
    }

    /// The value, if a [`Value`] can represent it.
    pub fn value(&self) -> Option<&Value> {
        self.value.as_ref()
    }

    /// Decodes it.
    ///
    /// # Errors
    /// If it does not decode.
    pub fn read<T: DeserializeOwned>(&self) -> Result<T, serde_json::Error> {
        serde_json::from_str(self.text())
    }
}

impl From<Box<RawValue>> for Json {
    fn from(text: Box<RawValue>) -> Self {
        let value = serde_json::from_str(text.get()).ok();
        Self { text, value }
    }
}

/// JSON null.
impl Default for Json {
    fn default() -> Self {
        RawValue::NULL.to_owned().into()
    }
}

impl<I: serde_json::value::Index> Index<I> for Json {
    type Output = Value;

    fn index(&self, index: I) -> &Value {
        self.value.as_ref().unwrap_or(&NULL).index(index)
    }
}

/// Compares values if both have one, else texts.
impl PartialEq for Json {
    fn eq(&self, other: &Self) -> bool {
        match (&self.value, &other.value) {
            (Some(one), Some(other)) => one == other,
            _ => self.text() == other.text(),
        }
    }
}

impl PartialEq<Value> for Json {
    fn eq(&self, other: &Value) -> bool {
        self.value() == Some(other)
    }
}

impl fmt::Display for Json {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.text())
    }
}

impl fmt::Debug for Json {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.text())
    }
}

impl Serialize for Json {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.text.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Json {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Box::<RawValue>::deserialize(deserializer).map(Self::from)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_value_cannot_hold_is_there_as_text() {
        for text in ["1e400", &format!("{}{}", "[".repeat(200), "]".repeat(200))] {
            let json: Json = serde_json::from_str(text).expect("it is JSON");
            assert_eq!((json.text(), json.value()), (text, None));
            assert!(json["any"].is_null());
            let again = serde_json::to_string(&json).expect("JSON");
            assert_eq!(again, text);
        }
    }

    #[test]
    fn other_json_reads_like_a_value() {
        let json: Json = serde_json::from_str(r#"{"n": [1.10]}"#).expect("it is JSON");
        assert_eq!(json, serde_json::json!({ "n": [1.1] }));
        assert_eq!(json["n"][0], 1.1);
        assert_eq!(json.to_string(), r#"{"n": [1.10]}"#);
        let from_value: Json = serde_json::from_value(serde_json::json!(7)).expect("it is JSON");
        assert_eq!(from_value.read::<u8>().expect("a number"), 7);
    }
}
