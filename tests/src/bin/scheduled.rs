//! Declares a schedule on the database that the environment names, and goes by the name of its file.

use std::process::ExitCode;

use jobs_pg::prelude::*;

/// Far from due.
#[job(executor = PgBoss, schedule = "0 0 29 2 *")]
async fn scheduled_elsewhere() {}

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
    PgBoss::from_env().await?.run().await
}
