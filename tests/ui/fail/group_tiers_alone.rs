use jobs_pg::prelude::*;

#[job(executor = PgBoss, worker(group_tiers(pro = 5)))]
async fn send_mail() {}

fn main() {}
