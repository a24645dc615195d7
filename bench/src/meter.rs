//! What a stretch of work costs: statements, WAL, memory.

use std::time::Duration;

use sqlx::{Connection, PgConnection};

use crate::Failure;

/// The server's counters at the start of a measured stretch.
pub(crate) struct Meter {
    statements: i64,
    wal: i64,
}

/// The costs of a measured stretch, beside its time.
pub(crate) struct Costs {
    statements: i64,
    wal: i64,
}

impl Meter {
    pub(crate) async fn start(url: &str) -> Result<Self, Failure> {
        let (statements, wal) = counters(url).await?;
        Ok(Self { statements, wal })
    }

    /// The connections of the stretch must be closed: a session hands in its counts when it ends.
    pub(crate) async fn stop(self, url: &str) -> Result<Costs, Failure> {
        let (statements, wal) = counters(url).await?;
        Ok(Costs {
            statements: statements - self.statements,
            wal: wal - self.wal,
        })
    }
}

impl Costs {
    pub(crate) fn print(&self, what: &str, jobs: usize, time: Duration) {
        println!(
            "{what:<28} {:>8.0} jobs/s {:>6} statements {:>6} B of WAL per job",
            rate(jobs, time),
            self.statements,
            self.wal / i64::try_from(jobs.max(1)).unwrap_or(i64::MAX),
        );
    }
}

pub(crate) fn rate(jobs: usize, time: Duration) -> f64 {
    jobs as f64 / time.as_secs_f64()
}

/// The most memory that this process has held, in MB, where the system tells.
pub(crate) fn peak_memory() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    let kilobytes: u64 = line.split_whitespace().nth(1)?.parse().ok()?;
    Some(kilobytes / 1024)
}

/// Transactions and bytes of WAL so far. Every statement that is measured here is a transaction of its own.
async fn counters(url: &str) -> Result<(i64, i64), Failure> {
    let mut connection = PgConnection::connect(url).await?;
    let counters = sqlx::query_as(
        "SELECT xact_commit, pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')::bigint
           FROM pg_stat_database WHERE datname = current_database()",
    )
    .fetch_one(&mut connection)
    .await?;
    connection.close().await?;
    Ok(counters)
}
