use jobs_pg::prelude::*;

#[job(executor = PgBoss, options(retention = "2w"))]
async fn send_mail() {}

fn main() {}
