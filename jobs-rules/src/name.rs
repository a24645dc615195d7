//! What names of queues, jobs, dead letters and schedule keys may look like, and what keys may hold.

use crate::shorten;

/// The maximum length of a name, in bytes: Postgres keeps a name and a key together in one entry of an index.
pub const MAX_NAME: usize = 1_000;

/// The maximum length of a singleton key, a group or an event, in bytes.
pub const MAX_KEY: usize = 1_500;

/// Names that begin like this belong to the library itself.
pub const RESERVED_PREFIX: &str = "__pgboss__";

/// Why a name cannot be used. `what` says whose name it is, such as "job name".
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NameError {
    /// There is no text at all.
    #[error("{what} is empty; write at least one letter or digit")]
    Empty {
        /// Whose name it is.
        what: &'static str,
    },
    /// More than is allowed.
    #[error("{what} `{}` is too long; at most {max} bytes are allowed", shorten(.text))]
    TooLong {
        /// What it is.
        what: &'static str,
        /// The text as written.
        text: String,
        /// The bound.
        max: usize,
    },
    /// A NUL.
    #[error("{what} {:?} holds a NUL character, which Postgres cannot store", shorten(.text))]
    Nul {
        /// What it is.
        what: &'static str,
        /// The text as written.
        text: String,
    },
    /// A character that no name may hold; the first such.
    #[error(
        "{what} {:?} contains {found:?}; expected ASCII letters, digits, `_`, `-`, `.` and `/`",
        shorten(.name)
    )]
    Forbidden {
        /// Whose name it is.
        what: &'static str,
        /// The name as written.
        name: String,
        /// The first forbidden character in it.
        found: char,
    },
    /// The name is one of the library's own.
    #[error(
        "{what} `{}` begins with `{RESERVED_PREFIX}`, which is reserved; choose another name",
        shorten(.name)
    )]
    Reserved {
        /// Whose name it is.
        what: &'static str,
        /// The name as written.
        name: String,
    },
}

/// Checks that `text` is a well-formed name.
///
/// # Errors
/// Says which character is not allowed, or that there is none at all.
pub fn check_name(what: &'static str, text: &str) -> Result<(), NameError> {
    if text.is_empty() {
        return Err(NameError::Empty { what });
    }
    check_length(what, text, MAX_NAME)?;
    match text.chars().find(|c| !is_allowed(*c)) {
        Some(found) => Err(NameError::Forbidden {
            what,
            name: text.to_owned(),
            found,
        }),
        None => Ok(()),
    }
}

/// Checks a text that is stored as it is, such as a singleton key: its length, at most [`MAX_KEY`] bytes, and that it holds no
/// NUL.
///
/// # Errors
/// Says what is wrong with it.
pub fn check_text(what: &'static str, text: &str) -> Result<(), NameError> {
    check_length(what, text, MAX_KEY)?;
    match text.contains('\0') {
        true => Err(NameError::Nul {
            what,
            text: text.to_owned(),
        }),
        false => Ok(()),
    }
}

fn check_length(what: &'static str, text: &str, max: usize) -> Result<(), NameError> {
    match text.len() <= max {
        true => Ok(()),
        false => Err(NameError::TooLong {
            what,
            text: text.to_owned(),
            max,
        }),
    }
}

/// Checks a name that a user may give: well-formed and not one of the library's own.
///
/// # Errors
/// As [`check_name`], and for names that begin with [`RESERVED_PREFIX`].
pub fn check_own_name(what: &'static str, text: &str) -> Result<(), NameError> {
    check_name(what, text)?;
    if text.starts_with(RESERVED_PREFIX) {
        return Err(NameError::Reserved {
            what,
            name: text.to_owned(),
        });
    }
    Ok(())
}

fn is_allowed(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.' | '/')
}

#[cfg(test)]
mod tests {
    use super::{MAX_KEY, MAX_NAME, NameError, check_name, check_own_name, check_text};

    #[test]
    fn letters_digits_and_four_signs_make_a_name() {
        for name in ["a", "send_mail", "Mail-2", "tenant/7", "v1.2", "_", "7"] {
            assert_eq!(check_name("job name", name), Ok(()), "{name}");
        }
        assert_eq!(check_name("job name", &"x".repeat(MAX_NAME)), Ok(()));
    }

    #[test]
    fn every_other_ascii_character_is_named_in_the_error() {
        for c in (0u8..128)
            .map(char::from)
            .filter(|c| !c.is_ascii_alphanumeric() && !"_-./".contains(*c))
        {
            let name = format!("a{c}b!");
            let error = check_name("queue name", &name).unwrap_err();
            assert_eq!(
                error,
                NameError::Forbidden {
                    what: "queue name",
                    name,
                    found: c
                }
            );
        }
        assert!(
            check_name("queue name", "grün")
                .unwrap_err()
                .to_string()
                .contains("'ü'")
        );
    }

    #[test]
    fn a_text_that_is_too_long_is_refused_and_cut_in_the_message() {
        let long = "x".repeat(1_000_000);
        for error in [
            check_name("queue name", &long),
            check_text("the key", &long),
        ] {
            let message = error.unwrap_err().to_string();
            assert!(
                message.len() < 300 && message.contains("1000000 bytes"),
                "{message}"
            );
        }
        assert!(check_text("the key", &"x".repeat(MAX_KEY)).is_ok());
        assert!(check_text("the key", "a\0b").is_err());
    }

    #[test]
    fn an_empty_name_is_refused() {
        assert_eq!(
            check_name("schedule key", "").unwrap_err().to_string(),
            "schedule key is empty; write at least one letter or digit"
        );
    }

    #[test]
    fn the_library_keeps_its_own_prefix() {
        assert_eq!(check_name("queue name", "__pgboss__send-it"), Ok(()));
        assert!(check_own_name("queue name", "__pgboss__send-it").is_err());
        assert_eq!(check_own_name("queue name", "pgboss"), Ok(()));
    }
}
