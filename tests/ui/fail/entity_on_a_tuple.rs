use jobs_pg::prelude::*;

#[derive(sqlx::FromRow, Entity)]
#[entity(table = "task")]
struct Task(i64);

fn main() {}
