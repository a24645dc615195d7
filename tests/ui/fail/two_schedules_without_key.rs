use jobs_pg::prelude::*;

#[job(executor = PgBoss, schedule = "0 * * * *", schedule = "30 * * * *")]
async fn send_mail() {}

fn main() {}
