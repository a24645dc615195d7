//! The outcome of one attempt.

use std::time::Duration;

use serde_json::Value;

use crate::Failure;

/// The shortest time between an attempt whose input does not decode and the next one.
pub const UNDECODABLE_DELAY: Duration = Duration::from_secs(30);

/// How long a job waits whose function asked for a value that was not provided.
pub const NOT_PROVIDED_DELAY: Duration = Duration::from_secs(60);

/// The outcome of one attempt: all that an executor needs to settle it. An executor must handle every variant.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// The function succeeded. This is its output as JSON text, in the form in which it is stored; `None` is SQL's null.
    Done(Option<String>),
    /// The attempt failed; another one follows while the retry limit allows it.
    Failed(Failure),
    /// The job failed for good, whatever the retry limit is.
    Fatal(Failure),
    /// The attempt failed; the next one, if the retry limit allows it, is due after this time.
    RetryIn(Failure, Duration),
    /// Its input does not decode; another version of the program may be able to read it. The next attempt, if the retry limit
    /// allows one, is due after the job's own retry delay, but not before [`UNDECODABLE_DELAY`].
    Undecodable(Failure),
    /// The job runs again after this time, and this attempt is not counted.
    Snoozed(Duration),
    /// The function asked for a value that was not provided, as the failure says. The job runs again after [`NOT_PROVIDED_DELAY`],
    /// perhaps in a process that provides it, and this attempt is not counted.
    NotProvided(Failure),
    /// The job cancelled itself for this reason.
    Cancelled(String),
    /// The worker stopped before the attempt ended: the job waits as if it had not been fetched.
    Released,
    /// The attempt does not belong to this worker any more: its job was cancelled, has expired, or was fetched by another worker.
    /// There is nothing to settle.
    Lost,
}

/// Decodes a stored output as the type that the function returned.
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
    use jobs_rules::store_output;
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
