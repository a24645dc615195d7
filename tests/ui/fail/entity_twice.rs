use jobs_pg::prelude::*;

#[derive(sqlx::FromRow, Entity)]
#[entity(table = "task")]
struct Task {
    #[entity(id)]
    id: i64,
}

#[job(executor = PgBoss, entities = [Task, Task])]
async fn send_mail() {}

fn main() {}
