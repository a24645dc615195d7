use jobs_pg::prelude::*;

#[job(executor = PgBoss, worker(group_concurrency = 0))]
async fn send_mail() {}

fn main() {}
