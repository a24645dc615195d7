use jobs_pg::prelude::*;

#[job(executor = PgBoss, schedule(cron = "0 9 * * *", tz = "PST"))]
async fn send_mail() {}

fn main() {}
