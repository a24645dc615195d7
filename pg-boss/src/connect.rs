//! A connection of a pool, or the reason why there is none: a pool tries a refused connection again until its time is up, and
//! then reports only that.

mod target;

use std::error::Error as StdError;
use std::io;
use std::time::Duration;

use jobs_rules::{Error, ErrorKind};
use sqlx::pool::PoolConnection;
use sqlx::postgres::PgSslMode;
use sqlx::{ConnectOptions, PgPool, Postgres, Transaction};
use tokio::time::timeout;

pub use target::Target;

use crate::error::{DatabaseError, is_transient, sqlstate};

/// No entry in `pg_hba.conf`, one that rejects, or no such role.
const NO_ENTRY: &str = "28000";
const WRONG_PASSWORD: &str = "28P01";
const NO_SUCH_DATABASE: &str = "3D000";
const NOT_ALLOWED: &str = "42501";
/// The server has no connection to spare.
pub const TOO_MANY_CONNECTIONS: &str = "53300";
/// The server is starting or stopping.
pub const STARTING_OR_STOPPING: &str = "57P03";

/// How long one more attempt to connect may take, which is made for its error.
const LAST_ATTEMPT: Duration = Duration::from_secs(2);

/// Takes a connection of the pool. If there is none in time, the error has the reason in it: see [`reason_of`](crate::error::reason_of).
pub async fn acquire(pool: &PgPool) -> sqlx::Result<PoolConnection<Postgres>> {
    with_reason(pool, pool.acquire().await).await
}

/// Begins a transaction on a connection of the pool; errors as of [`acquire`].
pub async fn begin(pool: &PgPool) -> sqlx::Result<Transaction<'static, Postgres>> {
    with_reason(pool, pool.begin().await).await
}

async fn with_reason<T>(pool: &PgPool, acquired: sqlx::Result<T>) -> sqlx::Result<T> {
    match acquired {
        Err(sqlx::Error::PoolTimedOut) => {
            let reason = no_connection(pool).await;
            Err(io::Error::new(io::ErrorKind::TimedOut, reason).into())
        }
        acquired => acquired,
    }
}

async fn no_connection(pool: &PgPool) -> Error {
    let options = pool.connect_options();
    let target = Target::new((*options).clone());
    match timeout(LAST_ATTEMPT, options.connect()).await {
        Ok(Ok(_)) => {
            let connections = pool.options().get_max_connections();
            let message = format!("all {connections} connections of the pool are in use");
            Error::caused_by(ErrorKind::Unavailable, message, sqlx::Error::PoolTimedOut)
        }
        Ok(Err(error)) => refusal(&target, error),
        Err(elapsed) => silent(&target, LAST_ATTEMPT, elapsed),
    }
}

/// The error for a server that does not answer in time.
pub fn silent(
    target: &Target,
    patience: Duration,
    cause: impl StdError + Send + Sync + 'static,
) -> Error {
    let message = format!(
        "cannot connect to {target}: there was no answer within {patience:?}; it may not be a PostgreSQL server, or out of reach"
    );
    Error::caused_by(ErrorKind::Unavailable, message, cause)
}

/// The error for a server that refuses a connection: what it means, in words that help.
pub fn refusal(target: &Target, cause: sqlx::Error) -> Error {
    let (kind, why) = match &cause {
        sqlx::Error::Io(error) => failed(error, target.is_socket()),
        sqlx::Error::Tls(_) if cfg!(not(feature = "tls")) => (
            ErrorKind::Configuration,
            "the settings demand TLS, and it could not be had; the feature `tls` of jobs-pg is off",
        ),
        sqlx::Error::Tls(_) => (
            ErrorKind::Configuration,
            "the settings demand TLS, and it could not be had",
        ),
        sqlx::Error::Protocol(_) => (
            ErrorKind::Configuration,
            "the server does not speak PostgreSQL's protocol",
        ),
        error => denied(error, target.options().get_ssl_mode()),
    };
    let message = format!("cannot connect to {target}: {why}");
    Error::caused_by(kind, message, DatabaseError::new(cause))
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
            "the server closed the connection; it may not be a PostgreSQL server",
        ),
        // The standard library has no kind for an unknown name.
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
