use jobs_pg::prelude::*;

#[derive(Entity)]
#[entity(table = "task")]
struct Task {
    #[entity(id)]
    id: i64,
}

fn main() {}
