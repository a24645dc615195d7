use jobs_pg::prelude::*;

#[job(executor = PgBoss, worker(threads = 4))]
async fn send_mail() {}

fn main() {}
