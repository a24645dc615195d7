//! Works two jobs, on the database that the environment names, until it is killed: a worker process for the tests that
//! share a queue with one, or take one away.

#![allow(
    clippy::disallowed_methods,
    reason = "the tests look at the table of their own"
)]

use std::process::ExitCode;

use jobs_pg::prelude::*;

/// Never ends.
#[job(executor = PgBoss)]
async fn hs_taken() -> u32 {
    std::future::pending().await
}

/// Notes that it was handled here.
#[job(executor = PgBoss)]
async fn hs_counted(number: i32, ctx: Context<HsCounted>) -> Result<(), JobError> {
    let insert = "INSERT INTO handled (number, by) VALUES ($1, 'there')";
    let insert = sqlx::query(insert).bind(number);
    insert.execute(ctx.executor().pool()).await?;
    Ok(())
}

#[tokio::main]
async fn main() -> ExitCode {
    tracing_subscriber::fmt()
        .with_max_level(tracing::Level::WARN)
        .with_writer(std::io::stderr)
        .init();
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
