use jobs_pg::prelude::*;

#[job(executor = PgBoss, name = "")]
async fn send_mail() {}

fn main() {}
