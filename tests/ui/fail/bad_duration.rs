use jobs_pg::prelude::*;

#[job(executor = PgBoss, options(expire_in = "90 seconds"))]
async fn send_mail() {}

fn main() {}
