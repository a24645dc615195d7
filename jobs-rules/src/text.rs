//! Texts in messages.

use std::borrow::Cow;

/// How many characters of a text a message quotes.
const QUOTED: usize = 100;

/// Cuts a text that is too long for a message, and says how long it is.
///
/// ```
/// assert_eq!(jobs_rules::shorten("mail"), "mail");
/// assert!(jobs_rules::shorten(&"x".repeat(1_000_000)).ends_with("xxx… (1000000 bytes)"));
/// ```
#[must_use]
pub fn shorten(text: &str) -> Cow<'_, str> {
    shorten_to(text, QUOTED)
}

/// The same with another number of characters.
#[must_use]
pub fn shorten_to(text: &str, most: usize) -> Cow<'_, str> {
    match text.char_indices().nth(most) {
        None => text.into(),
        Some((end, _)) => format!("{}… ({} bytes)", &text[..end], text.len()).into(),
    }
}
