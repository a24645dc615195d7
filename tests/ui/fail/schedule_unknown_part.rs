use jobs_pg::prelude::*;

#[job(executor = PgBoss, schedule(cron = "0 * * * *", timezone = "Europe/Berlin"))]
async fn send_mail() {}

fn main() {}
