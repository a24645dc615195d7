use jobs_pg::prelude::*;

#[job(executor = PgBoss, name = "a", name = "b")]
async fn send_mail() {}

fn main() {}
