//! Works a job that kills its process, and jobs that do no harm, on the database that the environment names.

use std::process::ExitCode;
use std::time::Duration;

use jobs_pg::prelude::*;

/// Kills the process that runs it, after a moment in which others begin.
#[job(executor = PgBoss)]
async fn hs_poison() {
    tokio::time::sleep(Duration::from_millis(500)).await;
    std::process::abort();
}

/// Is still running when the poison job kills the process.
#[job(executor = PgBoss)]
async fn hs_healthy() {
    tokio::time::sleep(Duration::from_secs(2)).await;
}

#[tokio::main]
async fn main() -> ExitCode {
    match work().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error:?}");
            ExitCode::FAILURE
        }
    }
}

async fn work() -> Result<(), jobs_pg::Error> {
    let boss = PgBoss::builder().supervise(false).schedule(false);
    boss.connect().await?.run().await
}
