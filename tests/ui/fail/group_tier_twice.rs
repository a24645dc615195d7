use jobs_pg::prelude::*;

#[job(executor = PgBoss, worker(group_concurrency = 2, group_tiers(pro = 5, pro = 1)))]
async fn send_mail() {}

fn main() {}
