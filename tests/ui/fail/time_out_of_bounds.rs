use jobs_pg::prelude::*;

#[job(executor = PgBoss, options(expire_in = "25h"))]
async fn send_mail() {}

fn main() {}
