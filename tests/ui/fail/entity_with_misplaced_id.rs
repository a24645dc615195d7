use jobs_pg::prelude::*;

#[derive(sqlx::FromRow, Entity)]
#[entity(table = "task", id = "id")]
struct Task {
    id: i64,
}

fn main() {}
