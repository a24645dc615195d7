use jobs_pg::prelude::*;

#[job(executor = PgBoss, options(retry_limt = 3))]
async fn send_mail() {}

fn main() {}
