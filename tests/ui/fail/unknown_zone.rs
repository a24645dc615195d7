use jobs_pg::prelude::*;

#[job(executor = PgBoss, schedule(cron = "0 * * * *", tz = "Europe/Berln"))]
async fn send_mail() {}

fn main() {}
