use jobs_pg::prelude::*;

#[job(executor = PgBoss, cron = "0 * * * *", tz = "Europe/Berlin", every = "5m")]
async fn send_mail() {}

fn main() {}
