use jobs_pg::prelude::*;

#[job(executor = PgBoss, schedule = "0 24 * * *")]
async fn send_mail() {}

fn main() {}
