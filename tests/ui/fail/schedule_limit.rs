use jobs_pg::prelude::*;

#[job(executor = PgBoss, schedule(cron = "0 * * * *", limit = 10))]
async fn send_mail() {}

fn main() {}
