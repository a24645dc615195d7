use jobs_pg::prelude::*;

#[job(executor = PgBoss, options(expire_in = "half an hour"))]
async fn send_mail() {}

fn main() {}
