//! The outcome of one attempt.

use std::time::Duration;

use serde_json::Value;

use crate::Failure;

/// The outcome of one attempt. Settling needs nothing else.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// The function returned this, in the form in which it is stored; `None` is SQL's null.
    Done(Option<String>),
    /// It failed and may run again, if its retry limit allows.
    Failed(Failure),
    /// It failed for good, whatever the retry limit says.
    Fatal(Failure),
    /// It failed; the next attempt, if the retry limit allows one, is due after this time.
    RetryIn(Failure, Duration),
    /// It snoozed for this time; the attempt is not counted.
    Snoozed(Duration),
    /// It cancelled itself for this reason.
    Cancelled(String),
    /// The worker stopped before it ended: it goes back as if it had never been fetched.
    Released,
    /// The attempt belongs to this worker no longer: its job was cancelled, expired or taken. Nothing is settled.
    Lost,
}

/// Brings a returned value into the form that pg-boss stores (12.38: objects as they are, null as SQL's null, all else as
/// `{"value": it}`).
///
/// # Errors
/// If the value has no JSON.
pub fn store_output(output: &impl serde::Serialize) -> Result<Option<String>, serde_json::Error> {
    let text = serde_json::to_string(output)?;
    Ok(match text.as_bytes().first() {
        Some(b'{') => Some(text),
        Some(b'n') => None,
        _ => Some(format!("{{\"value\":{text}}}")),
    })
}

/// Reads a stored output back as the type that the function returned.
pub(crate) fn read_output<T: serde::de::DeserializeOwned + 'static>(
    stored: Option<Value>,
) -> Result<T, serde_json::Error> {
    let stored = stored.unwrap_or(Value::Null);
    let Some(inner) = wrapped(&stored) else {
        return serde_json::from_value(stored);
    };
    // A struct with the one field `value` looks like a wrapped scalar. Only its own type decides, so it comes first;
    // `Value` takes anything, and there the wrapped scalar is what was meant.
    if std::any::TypeId::of::<T>() == std::any::TypeId::of::<Value>() {
        return serde_json::from_value(inner.clone());
    }
    serde_json::from_value(stored.clone()).or_else(|_| serde_json::from_value(inner.clone()))
}

/// What `{"value": it}` wraps: never an object, which is stored as it is.
fn wrapped(stored: &Value) -> Option<&Value> {
    let object = stored.as_object()?;
    let inner = object.get("value")?;
    (object.len() == 1 && !inner.is_object()).then_some(inner)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::{Deserialize, Serialize};

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Boxed {
        value: i32,
    }

    fn round<T: Serialize + serde::de::DeserializeOwned + PartialEq + std::fmt::Debug + 'static>(
        output: &T,
        stored: Option<&str>,
    ) {
        let text = store_output(output).expect("encodes");
        assert_eq!(text.as_deref(), stored);
        let value = text.map(|text| serde_json::from_str(&text).expect("is JSON"));
        assert_eq!(&read_output::<T>(value).expect("decodes"), output);
    }

    #[test]
    fn outputs_are_stored_in_pg_boss_form_and_read_back() {
        round(&(), None);
        round(&Option::<i32>::None, None);
        round(&5, Some(r#"{"value":5}"#));
        round(&Some(5), Some(r#"{"value":5}"#));
        round(&"n".to_string(), Some(r#"{"value":"n"}"#));
        round(&vec![1, 2], Some(r#"{"value":[1,2]}"#));
        round(&Boxed { value: 5 }, Some(r#"{"value":5}"#));
        round(&serde_json::json!(true), Some(r#"{"value":true}"#));
        round(&serde_json::json!({"a": 1}), Some(r#"{"a":1}"#));
    }
}
