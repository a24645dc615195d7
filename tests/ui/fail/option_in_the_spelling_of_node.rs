use jobs_pg::prelude::*;

#[job(executor = PgBoss, options(retryLimit = 3))]
async fn send_mail() {}

fn main() {}
