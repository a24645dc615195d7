//! The whole way of a job: declared, submitted, run, and its typed output awaited.
//!
//! Run it with `cargo run --example quickstart`. Without `DATABASE_URL` it starts a private Postgres of its own.

use jobs_pg::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Serialize, Deserialize, sqlx::FromRow, Entity)]
#[entity(table = "task")]
struct Task {
    #[entity(id)]
    id: i64,
    description: String,
    is_done: bool,
}

#[derive(Default, Serialize, Deserialize)]
struct Greeting {
    name: String,
}

#[derive(Serialize, Deserialize)]
struct Tasks {
    tasks: Vec<Task>,
}

/// Says hello and lists the tasks: when it is submitted, and every hour.
#[job(executor = PgBoss, entities = [Task], schedule = "0 * * * *")]
async fn my_special_job(input: Greeting, ctx: Context<MySpecialJob>) -> Result<Tasks, JobError> {
    println!(
        "  the job says: Hello {}! (attempt {})",
        input.name, ctx.job.attempt
    );
    let tasks = ctx.entities.task.find_many().await?;
    Ok(Tasks { tasks })
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    println!("Connecting; without DATABASE_URL this starts a private Postgres ...");
    let boss = PgBoss::from_env().await?;
    sqlx::query("CREATE TABLE IF NOT EXISTS task (id bigint PRIMARY KEY, description text NOT NULL, is_done boolean NOT NULL)")
        .execute(boss.pool())
        .await?;
    sqlx::query("INSERT INTO task VALUES (1, 'Write a job', true), (2, 'Submit it', false) ON CONFLICT DO NOTHING")
        .execute(boss.pool())
        .await?;

    println!("Starting: the schema is made if it is missing, then jobs are fetched.");
    boss.start().await?;

    let submitted = MySpecialJob::submit(Greeting {
        name: "Tony".into(),
    })
    .await?;
    println!(
        "Submitted job {} of queue `{}`.",
        submitted.job_id, submitted.job_name
    );
    let later = MySpecialJob::delay(10)
        .submit(Greeting {
            name: "Johnny".into(),
        })
        .await?;
    show(&later, "Its sibling waits 10 seconds").await?;

    let Tasks { tasks } = submitted.output().await?;
    println!("Its output, typed: {} tasks", tasks.len());
    for task in &tasks {
        let mark = if task.is_done { "x" } else { " " };
        println!("  [{mark}] {} {}", task.id, task.description);
    }
    show(&submitted, "Its row now").await?;

    later.pg_boss().cancel().await?;
    show(&later, "The sibling is not awaited but cancelled").await?;
    boss.stop().await?;
    Ok(())
}

async fn show(job: &SubmittedJob<MySpecialJob>, title: &str) -> Result<(), jobs_pg::Error> {
    let row = job.pg_boss().details().await?;
    let data = row.data.unwrap_or_default();
    println!(
        "{title}: state={} data={data} start_after={}",
        row.state, row.start_after
    );
    Ok(())
}
