use jobs_pg::prelude::*;

#[job(executor = PgBoss, worker(max_priority = 3_000_000_000))]
async fn send_mail() {}

fn main() {}
