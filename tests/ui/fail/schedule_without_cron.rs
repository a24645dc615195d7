use jobs_pg::prelude::*;

#[job(executor = PgBoss, schedule(tz = "Europe/Berlin"))]
async fn send_mail() {}

fn main() {}
