//! A program that goes by its environment: which executor it finds before and after it installs one, and what that one is
//! connected to. It prints a JSON object.

use std::process::ExitCode;

use jobs_pg::prelude::*;
use serde_json::{Value, json};

#[job(executor = PgBoss)]
async fn from_env_doubles(number: i64) -> i64 {
    number * 2
}

#[tokio::main]
async fn main() -> ExitCode {
    match look_around().await {
        Ok(found) => {
            println!("{found}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("{error:?}");
            ExitCode::FAILURE
        }
    }
}

async fn look_around() -> Result<Value, jobs_pg::Error> {
    let nobody = FromEnvDoubles::submit(0)
        .await
        .map_or_else(|error| error.to_string(), |_| String::new());
    let boss = PgBoss::from_env().await?;
    boss.install().await?;
    let job = FromEnvDoubles::submit(21).await?;
    let installed = job.pg_boss().details().await?.state;
    let encrypted = is_encrypted(&boss).await;
    boss.start().await?;
    let output = job.output().await?;
    boss.stop().await?;
    let pool = boss.pool();
    Ok(json!({
        "nobody": nobody,
        "installed": installed,
        "encrypted": encrypted,
        "output": output,
        "connections": pool.options().get_max_connections(),
        "application": pool.connect_options().get_application_name(),
    }))
}

#[allow(
    clippy::disallowed_methods,
    reason = "tests look at the rows with SQL of their own"
)]
async fn is_encrypted(boss: &PgBoss) -> Option<bool> {
    let ssl = sqlx::query_scalar("SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()");
    ssl.fetch_one(boss.pool()).await.ok()
}
