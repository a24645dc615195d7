//! Which database the environment names.

use std::env::{self, VarError};

use jobs_core::{Error, ErrorKind};

use crate::config::{Settings, options};

const OPTIONS: &str = "PG_BOSS_NEW_OPTIONS";
const URL: &str = "DATABASE_URL";

#[cfg(feature = "embedded")]
pub(crate) use private::Home;

/// Without the feature `embedded` there is no private server to keep.
#[cfg(not(feature = "embedded"))]
pub(crate) type Home = std::convert::Infallible;

/// `PG_BOSS_NEW_OPTIONS`, else `DATABASE_URL`, else a private Postgres, which lives as long as its `home` is kept.
pub(crate) async fn environment(home: &mut Option<Home>) -> Result<Settings, Error> {
    if let Some(options) = variable(OPTIONS)? {
        let settings = Settings::from_options(&options)?;
        if env::var_os(URL).is_some() && !options::names_a_database(&options) {
            tracing::warn!(
                database = %settings.target,
                "{OPTIONS} names no database, so this one is used; {URL} is not read beside {OPTIONS}: name the database there as \
                 `connectionString`"
            );
        }
        return Ok(settings);
    }
    if let Some(url) = variable(URL)? {
        return Settings::from_url(&url);
    }
    private::server(home).await
}

/// The value of a variable, if it is set. The error does not show it: it may hold a password.
fn variable(name: &str) -> Result<Option<String>, Error> {
    match env::var(name) {
        Ok(value) => Ok(Some(value)),
        Err(VarError::NotPresent) => Ok(None),
        Err(VarError::NotUnicode(_)) => Err(Error::new(
            ErrorKind::Configuration,
            format!("the environment variable `{name}` is not valid UTF-8"),
        )),
    }
}

#[cfg(feature = "embedded")]
mod private {
    use jobs_core::{Error, ErrorKind};

    use crate::config::Settings;
    use crate::embedded::Embedded;

    /// Where its data is, from the folder in which the program runs.
    const FOLDER: &str = ".jobs";

    pub(crate) type Home = Embedded;

    pub(super) async fn server(home: &mut Option<Home>) -> Result<Settings, Error> {
        let server = Embedded::start(FOLDER).await.map_err(|error| {
            let message = format!("cannot start a private Postgres in `{FOLDER}`");
            Error::because(ErrorKind::Unavailable, message, &error)
        })?;
        Settings::from_url(home.insert(server).url())
    }
}

#[cfg(not(feature = "embedded"))]
mod private {
    use jobs_core::{Error, ErrorKind};

    use crate::config::Settings;

    pub(super) async fn server(_: &mut Option<super::Home>) -> Result<Settings, Error> {
        let message = "no database is named: set DATABASE_URL or PG_BOSS_NEW_OPTIONS, or give the builder a `.url(..)`; or turn on \
                       the feature `embedded` of jobs-pg for a private Postgres";
        Err(Error::new(ErrorKind::Configuration, message))
    }
}
