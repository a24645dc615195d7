use jobs_pg::prelude::*;

#[derive(sqlx::FromRow, Entity)]
struct Task {
    #[entity(id)]
    id: i64,
}

fn main() {}
