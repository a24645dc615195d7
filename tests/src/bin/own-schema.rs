//! Makes two executors as tests do, on the database that the environment names, and prints how many jobs each of them ran.

use std::process::ExitCode;

use jobs_pg::prelude::*;
use jobs_pg::testing;

#[job(executor = PgBoss)]
async fn own_schema() {}

#[tokio::main]
async fn main() -> ExitCode {
    match run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error:?}");
            ExitCode::FAILURE
        }
    }
}

async fn run() -> Result<(), jobs_pg::Error> {
    let (one, other) = tokio::try_join!(testing::boss(), testing::boss())?;
    one.scope(OwnSchema::submit(())).await?;
    let (one, other) = (one.drain().await?, other.drain().await?);
    println!("{} {}", one.len(), other.len());
    Ok(())
}
