//! Works one job that never ends, on the database that the environment names, until it is killed: a worker process for
//! the tests that take one away.

use std::process::ExitCode;

use jobs_pg::prelude::*;

/// Says that it has begun, and waits for ever.
#[job(executor = PgBoss)]
async fn hs_taken() -> Result<u32, JobError> {
    println!("begun");
    std::future::pending().await
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
    PgBoss::from_env().await?.run().await
}
