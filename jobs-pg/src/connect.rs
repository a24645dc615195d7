//! Opens connections, and says clearly why one could not be opened.

mod acquire;
mod pooler;

use std::error::Error as StdError;
use std::io;
use std::time::Duration;

use jobs_core::{Error, ErrorKind};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions, PgSslMode};
use sqlx::{ConnectOptions, Connection, PgPool};
use tokio::time::{Instant, sleep, timeout, timeout_at};

use crate::config::{Settings, Target};
use crate::error::{is_transient, sqlstate};
use crate::store::catalog::is_idle;

pub(crate) use acquire::{acquire, reason_of};
pub(crate) use pooler::NO_SESSIONS;

/// Before the server is asked again that had no connection to spare, or was just starting.
const AGAIN: Duration = Duration::from_millis(250);
/// Saying goodbye is a courtesy; nobody waits longer for it.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(1);

/// No entry in `pg_hba.conf`, one that rejects, or no such role.
const NO_ENTRY: &str = "28000";
const WRONG_PASSWORD: &str = "28P01";
const NO_SUCH_DATABASE: &str = "3D000";
const NOT_ALLOWED: &str = "42501";
const TOO_MANY_CONNECTIONS: &str = "53300";
const STARTING_OR_STOPPING: &str = "57P03";

/// How many connections the library opens at most for its own statements, beside those of the worker.
const LIBRARY_CONNECTIONS: u32 = 5;

/// Makes the pool of the application, and proves that it can have a connection.
///
/// # Errors
/// If no connection could be had in time: one error that names what was tried.
pub(crate) async fn connect(settings: &Settings) -> Result<PgPool, Error> {
    let options = settings
        .target
        .options()
        .clone()
        .application_name(&settings.application_name)
        .disable_statement_logging()
        // PgBouncer refuses this parameter unless it is told to ignore it, and floats come in binary form anyway.
        .extra_float_digits(None);
    prove(&options, &settings.target, settings.connect_timeout).await?;
    // The pool would try a refused connection again until its time is up, and then tell only that; so it is not what is
    // asked first.
    Ok(PgPoolOptions::new()
        .max_connections(settings.max_connections)
        .acquire_timeout(settings.connect_timeout)
        // A `begin()` that was cancelled leaves its transaction open; the next user of the connection would be within it.
        .after_release(|connection, _| Box::pin(is_idle(connection)))
        .connect_lazy_with(options))
}

/// Makes the pool for the library's own statements. No user code ever has one of its connections, to keep it or to leave a
/// transaction open on it.
pub(crate) fn library_pool(settings: &Settings, users: &PgPool) -> PgPool {
    PgPoolOptions::new()
        .max_connections(settings.max_connections.min(LIBRARY_CONNECTIONS))
        .acquire_timeout(settings.connect_timeout)
        .connect_lazy_with(
            (*users.connect_options())
                .clone()
                .disable_statement_logging(),
        )
}

/// Opens a connection and closes it.
async fn prove(
    options: &PgConnectOptions,
    target: &Target,
    patience: Duration,
) -> Result<(), Error> {
    let deadline = Instant::now() + patience;
    let mut busy = None;
    loop {
        match timeout_at(deadline, options.connect()).await {
            Ok(Ok(mut connection)) => {
                let look = pooler::shares_processes(&mut connection, options);
                let has_no_session = timeout_at(deadline, look).await.unwrap_or(false);
                // It has served; how it ends does not matter.
                _ = timeout(CLOSE_TIMEOUT, connection.close()).await;
                return match has_no_session {
                    true => Err(pooler::bad_input(target)),
                    false => Ok(()),
                };
            }
            Ok(Err(error)) if is_busy(&error) && Instant::now() + AGAIN < deadline => {
                busy = Some(error);
                sleep(AGAIN).await;
            }
            Ok(Err(error)) => return Err(bad_input(target, error)),
            Err(elapsed) => {
                return Err(match busy {
                    Some(error) => bad_input(target, error),
                    None => silent(target, patience, elapsed),
                });
            }
        }
    }
}

fn is_busy(error: &sqlx::Error) -> bool {
    matches!(
        sqlstate(error).as_deref(),
        Some(TOO_MANY_CONNECTIONS | STARTING_OR_STOPPING)
    )
}

fn silent(
    target: &Target,
    patience: Duration,
    cause: impl StdError + Send + Sync + 'static,
) -> Error {
    let message = format!(
        "cannot connect to {target}: there was no answer within {patience:?}; it may be no PostgreSQL server, or out of reach"
    );
    Error::caused_by(ErrorKind::Unavailable, message, cause)
}

fn bad_input(target: &Target, cause: sqlx::Error) -> Error {
    let (kind, why) = match &cause {
        sqlx::Error::Io(error) => failed(error, target.is_socket()),
        sqlx::Error::Tls(_) => (
            ErrorKind::Configuration,
            "the settings demand TLS, and it could not be had",
        ),
        sqlx::Error::Protocol(_) => (
            ErrorKind::Configuration,
            "what answers there does not speak PostgreSQL's protocol",
        ),
        error => denied(error, target.options().get_ssl_mode()),
    };
    Error::caused_by(kind, format!("cannot connect to {target}: {why}"), cause)
}

/// What the system says, in words that help, and whether it is for the program's owner to put right.
fn failed(error: &io::Error, is_socket: bool) -> (ErrorKind, &'static str) {
    use ErrorKind::{Configuration, Unavailable};
    match error.kind() {
        io::ErrorKind::ConnectionRefused => (Unavailable, "nothing accepts connections there"),
        io::ErrorKind::NotFound if is_socket => (Unavailable, "there is no such socket"),
        io::ErrorKind::NotFound => (
            Configuration,
            "there is no such file as the settings name for TLS",
        ),
        io::ErrorKind::InvalidData => (
            Configuration,
            "the server's TLS is not accepted; `sslrootcert` or `ssl.ca` names an authority beside the public ones",
        ),
        io::ErrorKind::UnexpectedEof
        | io::ErrorKind::ConnectionReset
        | io::ErrorKind::BrokenPipe => (
            Unavailable,
            "what answers there hung up; it may be no PostgreSQL server",
        ),
        // The standard library has no kind for a name that nobody knows.
        _ if error.raw_os_error().is_none() => (Unavailable, "the host was not found"),
        _ => (Unavailable, "the host cannot be reached"),
    }
}

/// The same for what Postgres says.
fn denied(error: &sqlx::Error, tls: PgSslMode) -> (ErrorKind, &'static str) {
    use ErrorKind::{Configuration, Unavailable};
    match sqlstate(error).as_deref().unwrap_or_default() {
        WRONG_PASSWORD => (
            Configuration,
            "the password is missing or wrong, or there is no such role",
        ),
        NO_ENTRY if matches!(tls, PgSslMode::Disable | PgSslMode::Allow) => (
            Configuration,
            "the server does not let this role in; it may demand TLS, which is off in the settings",
        ),
        NO_ENTRY => (
            Configuration,
            "the server does not let this role in, or does not know it",
        ),
        NO_SUCH_DATABASE => (Configuration, "there is no such database"),
        NOT_ALLOWED => (Configuration, "the role may not connect to this database"),
        TOO_MANY_CONNECTIONS => (Unavailable, "the server has no connection to spare"),
        STARTING_OR_STOPPING => (
            Unavailable,
            "the server is starting, stopping or recovering",
        ),
        _ if is_transient(error) => (Unavailable, "the server could not serve"),
        _ => (Configuration, "the server refused"),
    }
}

#[cfg(test)]
mod tests;
