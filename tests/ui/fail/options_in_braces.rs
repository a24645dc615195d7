use jobs_pg::prelude::*;

#[job(executor = PgBoss, options = { retry_limit = 3 }, worker { concurrency = 2 })]
async fn send_mail() {}

fn main() {}
