//! Recognises a connection pooler in transaction mode, in which a connection has no session of its own: prepared statements are
//! not found again, and `LISTEN` hears nothing.

use jobs_core::{Error, ErrorKind};
use pg_boss::error::NO_SESSIONS;
use sqlx::postgres::PgConnectOptions;
use sqlx::{ConnectOptions, Connection, PgConnection};

use crate::config::Target;
use pg_boss::protocol::catalog::server_process;

/// Whether connections share processes of the server. `false` too where a second connection cannot be had to find out.
pub(super) async fn shares_processes(
    connection: &mut PgConnection,
    options: &PgConnectOptions,
) -> bool {
    compare(connection, options).await.unwrap_or(false)
}

/// Two connections of sessions are two processes, all the time. In transaction mode the second one gets the process that the
/// first one just gave back; while its transaction holds that, the first one gets another.
async fn compare(first: &mut PgConnection, options: &PgConnectOptions) -> sqlx::Result<bool> {
    let before = server_process(first).await?;
    let mut second = options.connect().await?;
    let mut transaction = second.begin().await?;
    let held = server_process(&mut transaction).await?;
    let after = server_process(first).await?;
    transaction.rollback().await?;
    second.close().await?;
    Ok(held == before || after != before)
}

pub(super) fn bad_input(target: &Target) -> Error {
    let message = format!("cannot work through {target}: {NO_SESSIONS}");
    Error::new(ErrorKind::Configuration, message)
}
