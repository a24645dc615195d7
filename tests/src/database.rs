//! A database for each test, so that tests run side by side and leave nothing.

use std::fs;
use std::path::PathBuf;
use std::process;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use sqlx::postgres::PgPoolOptions;
use sqlx::{AssertSqlSafe, Connection, PgConnection, PgPool};
use tokio::time::timeout;

use crate::apart;
use crate::cluster::{Cluster, Shared};
use crate::skipped;

/// What each test's database is a copy of.
const TEMPLATE: &str = "template0";

/// An empty database of one test; dropped with the value, also when the test panics.
pub struct Database {
    name: String,
    url: String,
    admin_url: String,
    log: Option<PathBuf>,
    pool: PgPool,
}

impl Database {
    /// Makes a database on the server that all tests share.
    pub async fn new() -> Self {
        // On another thread: the first call starts the server, and this one may be all that the test's runtime has.
        let shared = tokio::task::spawn_blocking(Shared::get).await.unwrap();
        Self::make(&shared.url, shared.log.clone()).await
    }

    /// Makes a database on a server of the test's own.
    pub async fn on(cluster: &Cluster) -> Self {
        Self::make(cluster.url(), None).await
    }

    async fn make(admin_url: &str, log: Option<PathBuf>) -> Self {
        static MADE: AtomicU32 = AtomicU32::new(0);
        let name = format!(
            "test_{}_{}",
            process::id(),
            MADE.fetch_add(1, Ordering::Relaxed)
        );
        // A number may come again; whose it was is no more.
        execute(
            admin_url,
            format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"),
        )
        .await
        .unwrap();
        execute(
            admin_url,
            format!("CREATE DATABASE {name} TEMPLATE {TEMPLATE}"),
        )
        .await
        .unwrap();
        let url = with_database(admin_url, &name);
        let pool = PgPoolOptions::new()
            .max_connections(10)
            .connect(&url)
            .await
            .unwrap();
        Self {
            name,
            url,
            admin_url: admin_url.to_owned(),
            log,
            pool,
        }
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its address, password included.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Connections for the test itself.
    pub fn pool(&self) -> &PgPool {
        &self.pool
    }

    /// Cuts the connections of one application to this database; tells how many there were.
    pub async fn kill_backends(&self, application_name: &str) -> usize {
        let cut: Vec<bool> = sqlx::query_scalar(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
             WHERE datname = current_database() AND application_name = $1 AND pid <> pg_backend_pid()",
        )
        .bind(application_name)
        .fetch_all(&self.pool)
        .await
        .unwrap();
        cut.len()
    }

    /// How many connections to it wait for an advisory lock.
    pub async fn waiting_for_locks(&self) -> i64 {
        let waiting = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted \
                       AND database = (SELECT oid FROM pg_database WHERE datname = current_database())";
        let waiting = sqlx::query_scalar(waiting).fetch_one(&self.pool);
        waiting.await.unwrap()
    }

    /// Checks that the server has logged nothing about this database that holds the text, such as `deadlock detected`.
    /// The log of a server that `DATABASE_URL` names cannot be read: the check is skipped, which is printed.
    ///
    /// # Panics
    /// If there is such a message, or the check is skipped and `CI=true`.
    pub fn assert_not_logged(&self, text: &str) {
        let Some(log) = &self.log else {
            return skipped("the log of this server cannot be read");
        };
        let log = fs::read(log).unwrap();
        let log = String::from_utf8_lossy(&log);
        let ours = format!(" {} ", self.name);
        let found: Vec<_> = log
            .lines()
            .filter(|line| line.contains(&ours) && line.contains(text))
            .collect();
        assert!(found.is_empty(), "the server has logged {found:#?}");
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        let drop = format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name);
        // In vain when the test has stopped its server, and then nothing is left anyway. It may also have to wait for a
        // connection that is just being opened by a task of the test's runtime, which stands still here; the server goes on
        // without us then, once that is gone. The bound is made in there, for the same reason.
        let _ = apart::run(async {
            let drop = execute(&self.admin_url, drop);
            timeout(Duration::from_secs(3), drop).await
        });
    }
}

async fn execute(url: &str, statement: String) -> sqlx::Result<()> {
    let mut admin = PgConnection::connect(url).await?;
    sqlx::query(AssertSqlSafe(statement))
        .execute(&mut admin)
        .await?;
    admin.close().await
}

/// The address with another database in it.
fn with_database(url: &str, name: &str) -> String {
    let (address, parameters) = url
        .split_once('?')
        .map_or((url, None), |(address, rest)| (address, Some(rest)));
    let host_at = address.find("://").map_or(0, |at| at + 3);
    let server = address[host_at..]
        .find('/')
        .map_or(address, |at| &address[..host_at + at]);
    let parameters = parameters
        .map(|rest| format!("?{rest}"))
        .unwrap_or_default();
    format!("{server}/{name}{parameters}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_database_of_an_address_changes() {
        let with = |url| with_database(url, "x");
        assert_eq!(with("postgres://u:p@h:1/old"), "postgres://u:p@h:1/x");
        assert_eq!(with("postgres://u:p@h:1"), "postgres://u:p@h:1/x");
        assert_eq!(
            with("postgres://h/old?sslmode=require&a=/b"),
            "postgres://h/x?sslmode=require&a=/b"
        );
    }
}
