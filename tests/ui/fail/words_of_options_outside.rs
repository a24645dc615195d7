use jobs_pg::prelude::*;

#[job(executor = PgBoss, retry_limit = 5, max_attempts = 3, timeout = "30s", retry_delay = 10, backoff = true)]
async fn send_mail() {}

fn main() {}
