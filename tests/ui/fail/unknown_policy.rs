use jobs_pg::prelude::*;

#[job(executor = PgBoss, queue(policy = "singelton"))]
async fn send_mail() {}

fn main() {}
