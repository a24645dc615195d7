use jobs_pg::prelude::*;

#[job(executor = PgBoss, options(retry_limit = LIMIT))]
async fn send_mail() {}

const LIMIT: u32 = 3;

fn main() {}
