use jobs_pg::prelude::*;

#[derive(sqlx::FromRow, Entity)]
#[entity(table = "app.public.task")]
struct Task {
    #[entity(id)]
    id: i64,
}

fn main() {}
