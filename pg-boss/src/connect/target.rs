//! The database that holds the jobs, and as whom it is used.

use std::fmt;

use sqlx::postgres::PgConnectOptions;

/// What to connect to. Shown, it is `localhost:5432/app as tony`, without the password that is in it.
#[derive(Clone)]
pub struct Target {
    options: PgConnectOptions,
}

impl Target {
    /// Takes options of sqlx.
    pub fn new(options: PgConnectOptions) -> Self {
        // A URL has an IPv6 address in brackets, a socket address has not.
        let bare = options.get_host().trim_matches(['[', ']']).to_owned();
        Self {
            options: options.host(&bare),
        }
    }

    /// What sqlx connects with.
    pub fn options(&self) -> &PgConnectOptions {
        &self.options
    }

    /// Whether it is reached by a file of this machine.
    pub fn is_socket(&self) -> bool {
        self.options.get_socket().is_some() || self.options.get_host().starts_with('/')
    }

    /// The socket's folder or the host.
    fn place(&self) -> String {
        match self.options.get_socket() {
            Some(folder) => folder.display().to_string(),
            None if self.options.get_host().contains(':') => {
                format!("[{}]", self.options.get_host())
            }
            None => self.options.get_host().to_owned(),
        }
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let user = self.options.get_username();
        // Postgres takes the user's name for the database when none is named.
        let database = self.options.get_database().unwrap_or(user);
        write!(
            f,
            "{}:{}/{database} as {user}",
            self.place(),
            self.options.get_port()
        )
    }
}

// Derived, it would show the password.
impl fmt::Debug for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}
