use jobs_pg::prelude::*;

#[job(executor = PgBoss, worker(min_priority = 10, max_priority = -5))]
async fn send_mail() {}

fn main() {}
