use jobs_pg::prelude::*;

#[job(executor = PgBoss, options(heartbeat = 5))]
async fn send_mail() {}

fn main() {}
