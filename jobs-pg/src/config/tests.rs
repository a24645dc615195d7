//! The tests of the settings, by where they come from.

mod options;
mod table;
mod url;

use super::Settings;

/// Fails if the password, or what is left of it when it is decoded, can be read anywhere in what the reading came to.
fn keeps_secret<E: std::error::Error>(read: &Result<Settings, E>, secrets: &[&str]) {
    let shown = match read {
        Ok(settings) => format!("{settings:?} {} {:#?}", settings.target, settings.target),
        Err(error) => format!(
            "{error} {error:?} {error:#?} {:?}",
            error.source().map(ToString::to_string)
        ),
    };
    for secret in secrets {
        assert!(!shown.contains(secret), "`{secret}` is in: {shown}");
    }
}
