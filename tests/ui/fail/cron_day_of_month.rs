use jobs_pg::prelude::*;

#[job(executor = PgBoss, schedule = "0 0 32 * *")]
async fn send_mail() {}

fn main() {}
