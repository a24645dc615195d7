//! A connection of a pool, or the reason why there is none: a pool tries a refused connection again until its time is up, and
//! then reports only that.

use std::io;
use std::time::Duration;

use jobs_core::{Error, ErrorKind};
use sqlx::pool::PoolConnection;
use sqlx::{ConnectOptions, PgPool, Postgres};
use tokio::time::timeout;

use super::{bad_input, silent};
use crate::config::Target;

/// How long one more attempt to connect may take, which is made for its error.
const LAST_ATTEMPT: Duration = Duration::from_secs(2);

/// Takes a connection of the pool. If there is none in time, the error has the reason in it: see [`reason_of`].
pub(crate) async fn acquire(pool: &PgPool) -> sqlx::Result<PoolConnection<Postgres>> {
    match pool.acquire().await {
        Err(sqlx::Error::PoolTimedOut) => {
            let reason = no_connection(pool).await;
            Err(io::Error::new(io::ErrorKind::TimedOut, reason).into())
        }
        acquired => acquired,
    }
}

/// The reason that [`acquire`] found.
pub(crate) fn reason_of(error: &sqlx::Error) -> Option<&Error> {
    match error {
        sqlx::Error::Io(error) => error.get_ref()?.downcast_ref(),
        _ => None,
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
        Ok(Err(error)) => bad_input(&target, error),
        Err(elapsed) => silent(&target, LAST_ATTEMPT, elapsed),
    }
}
