use jobs_pg::prelude::*;

#[job(executor = PgBoss, options(retry_limit = -1))]
async fn send_mail() {}

fn main() {}
