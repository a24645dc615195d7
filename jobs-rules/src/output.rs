//! The form in which pg-boss stores outputs.

/// Encodes an output as pg-boss 12.38 stores it: an object as it is, null as SQL's null (`None`), and anything else as
/// `{"value": ...}`.
///
/// # Errors
/// If the value cannot be encoded as JSON.
pub fn store_output(output: &impl serde::Serialize) -> Result<Option<String>, serde_json::Error> {
    let text = serde_json::to_string(output)?;
    Ok(match text.as_bytes().first() {
        Some(b'{') => Some(text),
        Some(b'n') => None,
        _ => Some(format!("{{\"value\":{text}}}")),
    })
}
