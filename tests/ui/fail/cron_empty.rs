use jobs_pg::prelude::*;

#[job(executor = PgBoss, schedule = "")]
async fn send_mail() {}

fn main() {}
