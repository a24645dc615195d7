use jobs_pg::prelude::*;

#[derive(Entity)]
#[entity(table = "task")]
struct Task<T> {
    #[entity(id)]
    id: T,
}

fn main() {}
