//! A program of the usual form, whose `main` returns the library's own error.

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

/// Greets somebody and lists the tasks.
#[job(executor = PgBoss, entities = [Task], schedule = "0 * * * *", name = "whole_program")]
async fn my_special_job(input: Greeting, ctx: Context<MySpecialJob>) -> Result<Tasks, JobError> {
    println!("Hello {}!", input.name);
    let tasks = ctx.entities.task.find_many().await?;
    Ok(Tasks { tasks })
}

#[tokio::main]
async fn main() -> Result<(), jobs_pg::Error> {
    let boss = PgBoss::from_env().await?;
    boss.start().await?;

    let submitted = MySpecialJob::submit(Greeting {
        name: "Tony".into(),
    })
    .await?;
    MySpecialJob::delay(10)
        .submit(Greeting {
            name: "Johnny".into(),
        })
        .await?;

    let Tasks { tasks } = submitted.output().await?;
    println!("{} tasks", tasks.len());
    boss.stop().await
}
