use jobs_pg::prelude::*;

#[derive(sqlx::FromRow, Entity)]
#[entity(tabel = "task")]
struct Task {
    #[entity(id)]
    id: i64,
}

fn main() {}
