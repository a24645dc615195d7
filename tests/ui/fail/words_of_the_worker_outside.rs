use jobs_pg::prelude::*;

#[job(executor = PgBoss, concurrency = 4, queue(batch = 10))]
async fn send_mail() {}

fn main() {}
