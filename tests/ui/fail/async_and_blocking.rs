use jobs_pg::prelude::*;

#[job(executor = PgBoss, blocking)]
async fn send_mail() {}

fn main() {}
