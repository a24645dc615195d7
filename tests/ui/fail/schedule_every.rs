use jobs_pg::prelude::*;

#[job(executor = PgBoss, schedule(every = "5m"))]
async fn send_mail() {}

fn main() {}
