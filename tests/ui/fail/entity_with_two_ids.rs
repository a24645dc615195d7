use jobs_pg::prelude::*;

#[derive(sqlx::FromRow, Entity)]
#[entity(table = "task")]
struct Task {
    #[entity(id)]
    id: i64,
    #[entity(id)]
    number: i64,
}

fn main() {}
