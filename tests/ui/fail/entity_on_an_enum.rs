use jobs_pg::prelude::*;

#[derive(Entity)]
#[entity(table = "task")]
enum Task {
    Done,
}

fn main() {}
