//! Opens connections, and says clearly why one could not be opened.

mod pooler;

use std::time::Duration;

use jobs_core::Error;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{ConnectOptions, Connection, PgPool};
use tokio::time::{Instant, sleep, timeout, timeout_at};

use crate::config::{Settings, Target};
use pg_boss::connect::{STARTING_OR_STOPPING, TOO_MANY_CONNECTIONS, refusal, silent};
use pg_boss::error::sqlstate;
use pg_boss::protocol::catalog::is_idle;

/// Before the server is asked again that had no connection to spare, or was just starting.
const AGAIN: Duration = Duration::from_millis(250);
/// How long the close of a connection may take.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(1);

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
        // What waits in vain says so itself, and an outage is logged once and not for each connection.
        .acquire_slow_threshold(Duration::MAX)
        .test_before_acquire(false)
        .before_acquire(|connection, _| Box::pin(async { Ok(connection.ping().await.is_ok()) }))
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
            Ok(Err(error)) => return Err(refusal(target, error)),
            Err(elapsed) => {
                return Err(match busy {
                    Some(error) => refusal(target, error),
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

#[cfg(test)]
mod tests;
