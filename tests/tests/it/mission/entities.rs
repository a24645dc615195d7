//! W2: a function reaches the tables of the entities that it declared.

use jobs_pg::prelude::*;
use serde::{Deserialize, Serialize};
use tests::Database;

use super::{output_of, started};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, sqlx::FromRow, Entity)]
#[entity(table = "task")]
struct Task {
    #[entity(id)]
    id: i64,
    description: String,
    is_done: bool,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, sqlx::FromRow, Entity)]
#[entity(table = "task_owner")]
struct TaskOwner {
    #[entity(id)]
    name: String,
}

#[job(executor = PgBoss, entities = [Task, TaskOwner])]
async fn finish_tasks(owner: String, ctx: Context<FinishTasks>) -> Result<Vec<Task>, JobError> {
    ctx.entities
        .task_owner
        .insert(&TaskOwner { name: owner })
        .await?;
    for mut task in ctx.entities.task.find_by("is_done", false).await? {
        task.is_done = true;
        ctx.entities.task.update(&task).await?;
    }
    Ok(ctx.entities.task.find_many().await?)
}

#[tokio::test]
async fn w1_w2_a_job_reads_and_writes_the_tables_of_its_entities() {
    let database = Database::new().await;
    let tables = "
        CREATE TABLE task (id bigint PRIMARY KEY, description text NOT NULL, is_done boolean NOT NULL);
        CREATE TABLE task_owner (name text PRIMARY KEY);
        INSERT INTO task VALUES (2, 'submit it', false), (1, 'write a job', true)";
    sqlx::raw_sql(tables)
        .execute(database.pool())
        .await
        .unwrap();
    let boss = started::<FinishTasks>(&database).await;

    let submitted = boss
        .scope(FinishTasks::submit("Tony".into()))
        .await
        .unwrap();
    let tasks = output_of(&submitted).await.unwrap();
    let done = |id, description: &str| Task {
        id,
        description: description.into(),
        is_done: true,
    };
    assert_eq!(tasks, [done(1, "write a job"), done(2, "submit it")]);

    let kept = "SELECT (SELECT count(*) FROM task WHERE is_done), (SELECT name FROM task_owner)";
    let kept: (i64, String) = sqlx::query_as(kept)
        .fetch_one(database.pool())
        .await
        .unwrap();
    assert_eq!(kept, (2, "Tony".into()));
    boss.stop().await.unwrap();
}
