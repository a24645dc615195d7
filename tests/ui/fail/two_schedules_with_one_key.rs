use jobs_pg::prelude::*;

#[job(executor = PgBoss, schedule(cron = "0 * * * *", key = "a"), schedule(cron = "30 * * * *", key = "a"))]
async fn send_mail() {}

fn main() {}
