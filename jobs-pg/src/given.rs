//! What callers give, checked before anything is written.

use jobs_core::{Error, ErrorKind, OptionValues, store_output};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::operation::Trouble;
use crate::worker::has_nul;

/// The most rows that one list has (pg-boss 12.38).
pub(crate) const MOST_ROWS: u32 = 100_000;
/// How many rows a list has where nobody says (pg-boss 12.38).
pub(crate) const ROWS: u32 = 1_000;

pub(crate) fn refused(message: impl Into<String>) -> Error {
    Error::new(ErrorKind::BadInput, message)
}

/// The JSON text of an input; `None` stands for null.
pub(crate) fn encoded(what: &str, data: &impl Serialize) -> Result<Option<String>, Error> {
    let text = serde_json::to_string(data).map_err(|error| unencodable(what, error))?;
    check_json(what, &text)?;
    Ok((text != "null").then_some(text))
}

/// The JSON text of an output, in the form that pg-boss stores.
pub(crate) fn encoded_output(
    what: &str,
    output: &impl Serialize,
    max_bytes: usize,
) -> Result<Option<String>, Error> {
    let text = store_output(output).map_err(|error| unencodable(what, error))?;
    if let Some(text) = &text {
        if text.len() > max_bytes {
            return Err(refused(format!(
                "{what} has {} bytes as JSON, and at most {max_bytes} are allowed; store it elsewhere and return where, \
                 or raise `max_output`",
                text.len()
            )));
        }
        check_json(what, text)?;
    }
    Ok(text)
}

fn unencodable(what: &str, error: serde_json::Error) -> Error {
    Error::caused_by(
        ErrorKind::BadInput,
        format!("cannot encode {what} as JSON"),
        error,
    )
}

fn check_json(what: &str, json: &str) -> Result<(), Error> {
    match has_nul(json) {
        true => Err(holds_nul(what)),
        false => Ok(()),
    }
}

/// Checks a text that may be anything that Postgres can store.
pub(crate) fn check_text(what: &str, text: &str) -> Result<(), Error> {
    match text.contains('\0') {
        true => Err(holds_nul(&format!("{what} {text:?}"))),
        false => Ok(()),
    }
}

fn holds_nul(what: &str) -> Error {
    refused(format!(
        "{what} holds a NUL character, which Postgres cannot store"
    ))
}

/// Checks the JSON text of an input: its size against the executor's bound, and what Postgres cannot store.
pub(crate) fn check_input(what: &str, input: Option<&str>, most: usize) -> Result<(), Error> {
    let Some(input) = input else {
        return Ok(());
    };
    if input.len() > most {
        return Err(refused(format!(
            "{what} has {} bytes as JSON, and {most} are allowed; store it elsewhere and submit where, or raise `max_input`",
            input.len()
        )));
    }
    check_json(what, input)
}

/// Checks what the rules for single options leave open.
pub(crate) fn check_key(options: &OptionValues) -> Result<(), Error> {
    match &options.singleton_key {
        Some(key) => check_text("the singleton key", key),
        None => Ok(()),
    }
}

pub(crate) fn check_queue(name: &str) -> Result<(), Error> {
    jobs_core::rules::check_name("queue name", name).map_err(|error| refused(error.to_string()))
}

pub(crate) fn check_rows(limit: u32) -> Result<(), Error> {
    match (1..=MOST_ROWS).contains(&limit) {
        true => Ok(()),
        false => Err(refused(format!(
            "a list has 1 to {MOST_ROWS} rows, not {limit}"
        ))),
    }
}

/// Reads a row of a table, by its columns.
pub(crate) fn read<T: DeserializeOwned>(what: &str, row: Value) -> Result<T, Trouble> {
    serde_json::from_value(row).map_err(|error| {
        let message = format!("cannot read the row of {what}");
        Trouble::Refused(Error::caused_by(ErrorKind::Incompatible, message, error))
    })
}

pub(crate) fn read_all<T: DeserializeOwned>(
    what: &str,
    rows: Vec<Value>,
) -> Result<Vec<T>, Trouble> {
    rows.into_iter().map(|row| read(what, row)).collect()
}
