use jobs_pg::prelude::*;

#[job(executor = PgBoss, singleton_key = "a", unique = true, delay = 10)]
async fn send_mail() {}

fn main() {}
