//! Near names for an unknown word.

use crate::{MAX_NAME, shorten};

/// How alike two words must be, from 0 to 1, before one is offered for the other.
const ALIKE: f64 = 0.75;

/// Returns the candidate most like `word`, ignoring case, if any is near enough to be what was meant.
#[must_use]
pub fn nearest<'a>(word: &str, candidates: &[&'a str]) -> Option<&'a str> {
    near(word, candidates).into_iter().next()
}

/// Returns the candidates that may have been meant by `word`, at most three, the most alike first.
#[must_use]
pub fn near<'a>(word: &str, candidates: &[&'a str]) -> Vec<&'a str> {
    // Comparing costs as much as both are long.
    if word.len() > MAX_NAME {
        return Vec::new();
    }
    let word = word.to_lowercase();
    let mut rated: Vec<_> = candidates
        .iter()
        .map(|candidate| {
            (
                strsim::jaro_winkler(&word, &candidate.to_lowercase()),
                *candidate,
            )
        })
        .filter(|(likeness, _)| *likeness >= ALIKE)
        .collect();
    rated.sort_by(|(left, _), (right, _)| right.total_cmp(left));
    rated
        .into_iter()
        .map(|(_, candidate)| candidate)
        .take(3)
        .collect()
}

/// Says that `word` is not a known `what`, names the nearest one and lists all of them.
///
/// ```
/// assert_eq!(
///     jobs_rules::unknown("unit", "secs", &["seconds", "minutes"]),
///     "unknown unit `secs`; did you mean `seconds`? known: seconds, minutes"
/// );
/// ```
#[must_use]
pub fn unknown(what: &str, word: &str, known: &[&str]) -> String {
    let hint = match nearest(word, known) {
        Some(near) => format!("did you mean `{near}`? "),
        None => String::new(),
    };
    format!(
        "unknown {what} `{}`; {hint}known: {}",
        shorten(word),
        known.join(", ")
    )
}

#[cfg(test)]
mod tests {
    use super::{nearest, unknown};

    #[test]
    fn a_slip_of_the_pen_finds_its_word() {
        let known = ["retry_limit", "retry_delay", "priority"];
        assert_eq!(nearest("retry_limits", &known), Some("retry_limit"));
        assert_eq!(nearest("retryDelay", &known), Some("retry_delay"));
        assert_eq!(nearest("PRIORITY", &known), Some("priority"));
    }

    #[test]
    fn a_word_like_nothing_known_finds_none() {
        assert_eq!(nearest("colour", &["retry_limit", "priority"]), None);
        assert_eq!(nearest("colour", &[]), None);
    }

    #[test]
    fn the_message_lists_what_is_known_even_without_a_near_word() {
        assert_eq!(
            unknown("policy", "zzz", &["short", "standard"]),
            "unknown policy `zzz`; known: short, standard"
        );
    }
}
