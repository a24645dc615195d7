//! The old version of a program with one job: works it, on the database that the environment names, until it is killed.

use std::process::ExitCode;

use jobs_pg::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize)]
struct Welcome {
    user: String,
}

#[job(executor = PgBoss, name = "welcome_mail")]
async fn welcome_user(mail: Welcome) -> String {
    format!("the old version welcomes {}", mail.user)
}

#[tokio::main]
async fn main() -> ExitCode {
    tracing_subscriber::fmt()
        .with_ansi(false)
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
