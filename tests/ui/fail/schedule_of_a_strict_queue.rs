use jobs_pg::prelude::*;

#[job(executor = PgBoss, queue(policy = "key_strict_fifo"), schedule = "0 * * * *")]
async fn tidy() {}

fn main() {}
