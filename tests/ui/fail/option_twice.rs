use jobs_pg::prelude::*;

#[job(executor = PgBoss, options(priority = 1, priority = 2))]
async fn send_mail() {}

fn main() {}
