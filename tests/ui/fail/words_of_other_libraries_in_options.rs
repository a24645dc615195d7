use jobs_pg::prelude::*;

#[job(executor = PgBoss, options(retries = 5, timeout = "30s", concurrency = 2, singleton_key = "a"))]
async fn send_mail() {}

fn main() {}
