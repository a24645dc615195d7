//! A job that the clock submits: declared in the attribute, kept in pg-boss's own table, fired once by whoever is there.
//!
//! Run it with `cargo run --example schedule`.

use jobs_pg::prelude::*;
use serde::{Deserialize, Serialize};
use tokio::sync::mpsc;

#[derive(Debug, Serialize, Deserialize)]
struct Report {
    title: String,
}

/// Writes a report each minute.
#[job(
    executor = PgBoss,
    schedule(
        cron = "* * * * *",
        tz = "Europe/Berlin",
        input = Report { title: "Every minute".into() },
        options(retry_limit = 1, priority = 5),
        missed = "once",
    )
)]
async fn write_report(report: Report, ctx: Context<WriteReport>) -> Result<(), JobError> {
    let message = format!(
        "{:?}, priority {}, due {}",
        report, ctx.job.priority, ctx.job.start_after
    );
    ctx.app::<mpsc::Sender<String>>().send(message).await?;
    Ok(())
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let (written, mut reports) = mpsc::channel::<String>(1);
    let boss = PgBoss::builder().provide(written).connect().await?;
    boss.start().await?;

    let rows: Vec<(String, String, String, String)> = sqlx::query_as(
        "SELECT name, cron, timezone, options::text FROM pgboss.schedule ORDER BY name",
    )
    .fetch_all(boss.pool())
    .await?;
    println!("The schedules in the database:");
    for (name, cron, timezone, options) in rows {
        println!("  {name}: `{cron}` in {timezone}, {options}");
    }

    println!("Waiting for the minute that has just begun ...");
    println!(
        "The job ran: {}",
        reports.recv().await.ok_or("the job is gone")?
    );
    boss.stop().await?;
    Ok(())
}
