//! What callers give, checked before anything is written.

use jobs_rules::{Error, ErrorKind, store_output};
use serde::Serialize;

/// The most rows that one list has (pg-boss 12.38).
pub const MOST_ROWS: u32 = 100_000;
/// How many rows a list has by default (pg-boss 12.38).
pub const ROWS: u32 = 1_000;

/// How deep the JSON that is stored may be nested: Postgres, and some who read it, follow it with their stack.
const MAX_DEPTH: usize = 1_000;

/// An error of the caller: [`ErrorKind::BadInput`].
pub fn bad_input(message: impl Into<String>) -> Error {
    Error::new(ErrorKind::BadInput, message)
}

/// The JSON text of an input of at most `max_bytes` bytes; `None` stands for null.
pub fn encoded(
    what: &str,
    data: &impl Serialize,
    max_bytes: usize,
) -> Result<Option<String>, Error> {
    let text = serde_json::to_string(data).map_err(|error| unencodable(what, error))?;
    check_input(what, &text, max_bytes)?;
    Ok((text != "null").then_some(text))
}

/// The JSON text of an output of at most `max_bytes` bytes, in the form that pg-boss stores.
pub fn encoded_output(
    what: &str,
    output: &impl Serialize,
    max_bytes: usize,
) -> Result<Option<String>, Error> {
    let text = store_output(output).map_err(|error| unencodable(what, error))?;
    if let Some(text) = &text {
        let way_out = "store it elsewhere and return where, or raise `max_output`";
        check_json(what, text, max_bytes, way_out)?;
    }
    Ok(text)
}

fn unencodable(what: &str, error: serde_json::Error) -> Error {
    let message = format!("cannot encode {what} as JSON");
    Error::because(ErrorKind::BadInput, message, &error)
}

/// Checks the JSON text of an input.
pub fn check_input(what: &str, input: &str, max_bytes: usize) -> Result<(), Error> {
    let way_out = "store it elsewhere and submit where, or raise `max_input`";
    check_json(what, input, max_bytes, way_out)
}

/// Checks what Postgres, or a program that reads it, cannot take.
fn check_json(what: &str, json: &str, max_bytes: usize, way_out: &str) -> Result<(), Error> {
    let bytes = json.len();
    if bytes > max_bytes {
        return Err(bad_input(format!(
            "{what} has {bytes} bytes as JSON, and {max_bytes} are allowed; {way_out}"
        )));
    }
    if has_nul(json) {
        return Err(bad_input(format!(
            "{what} holds a NUL character, which Postgres cannot store"
        )));
    }
    match depth(json) > MAX_DEPTH {
        true => Err(bad_input(format!(
            "{what} nests arrays and objects deeper than {MAX_DEPTH} levels"
        ))),
        false => Ok(()),
    }
}

/// Whether JSON text has an escaped NUL, which `jsonb` refuses.
pub fn has_nul(json: &str) -> bool {
    json.match_indices("\\u0000").any(|(at, _)| {
        let escapes = json[..at]
            .bytes()
            .rev()
            .take_while(|byte| *byte == b'\\')
            .count();
        escapes % 2 == 0
    })
}

/// How deep arrays and objects of a JSON text are nested.
fn depth(json: &str) -> usize {
    let (mut depth, mut deepest, mut in_text, mut is_escaped) = (0_usize, 0, false, false);
    for byte in json.bytes() {
        match byte {
            _ if is_escaped => is_escaped = false,
            b'\\' => is_escaped = true,
            b'"' => in_text = !in_text,
            b'[' | b'{' if !in_text => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            b']' | b'}' if !in_text => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    deepest
}

/// Checks a text that is stored as it is.
pub fn check_text(what: &'static str, text: &str) -> Result<(), Error> {
    jobs_rules::check_text(what, text).map_err(|error| bad_input(error.to_string()))
}

/// Checks that a queue can have this name.
///
/// # Errors
/// [`ErrorKind::BadInput`] if it does not.
pub fn check_queue(name: &str) -> Result<(), Error> {
    jobs_rules::check_name("queue name", name).map_err(|error| bad_input(error.to_string()))
}

/// Checks that a list may have this number of rows.
///
/// # Errors
/// [`ErrorKind::BadInput`] if it does not.
pub fn check_rows(limit: u32) -> Result<(), Error> {
    match (1..=MOST_ROWS).contains(&limit) {
        true => Ok(()),
        false => Err(bad_input(format!(
            "a list has 1 to {MOST_ROWS} rows, not {limit}"
        ))),
    }
}

#[cfg(test)]
mod tests {
    use super::{depth, has_nul};

    #[test]
    fn depth_counts_arrays_and_objects_and_not_what_texts_hold() {
        assert_eq!(depth(r#"{"a": [[1], {"b": 2}], "c": []}"#), 3);
        assert_eq!(depth(r#"["[[[", "\"[[", "\\"]"#), 1);
        assert_eq!(depth("7"), 0);
        assert_eq!(
            depth(&format!("{}{}", "[".repeat(200), "]".repeat(200))),
            200
        );
    }

    #[test]
    fn only_an_escaped_nul_is_one() {
        assert!(has_nul(r#""a\u0000""#));
        assert!(has_nul(r#""\\\u0000""#));
        assert!(!has_nul(r#""\\u0000""#));
        assert!(!has_nul(r#""u0000""#));
    }
}
