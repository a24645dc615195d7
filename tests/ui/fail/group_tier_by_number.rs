use jobs_pg::prelude::*;

#[job(executor = PgBoss, worker(group_concurrency = 2, group_tiers(1 = 5)))]
async fn send_mail() {}

fn main() {}
