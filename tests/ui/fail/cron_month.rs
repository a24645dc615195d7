use jobs_pg::prelude::*;

#[job(executor = PgBoss, schedule = "0 0 1 13 *")]
async fn send_mail() {}

fn main() {}
