use jobs_pg::prelude::*;

#[job(executor = PgBoss, worker(min_priority = "low"))]
async fn send_mail() {}

fn main() {}
