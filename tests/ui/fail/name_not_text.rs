use jobs_pg::prelude::*;

#[job(executor = PgBoss, name = send_mail)]
async fn send_mail() {}

fn main() {}
