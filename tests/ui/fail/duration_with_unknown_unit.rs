use jobs_pg::prelude::*;

#[job(executor = PgBoss, options(retention = "2 months"))]
async fn send_mail() {}

fn main() {}
