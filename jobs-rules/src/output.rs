//! The form in which pg-boss stores outputs.

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
