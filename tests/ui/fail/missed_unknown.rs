use jobs_pg::prelude::*;

#[job(executor = PgBoss, schedule(cron = "0 * * * *", missed = "skp"))]
async fn send_mail() {}

fn main() {}
