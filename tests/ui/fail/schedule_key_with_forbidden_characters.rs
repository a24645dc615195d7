use jobs_pg::prelude::*;

#[job(executor = PgBoss, schedule(cron = "0 * * * *", key = "every hour"))]
async fn send_mail() {}

fn main() {}
