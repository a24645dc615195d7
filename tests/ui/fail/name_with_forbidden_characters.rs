use jobs_pg::prelude::*;

#[job(executor = PgBoss, name = "send mail")]
async fn send_mail() {}

fn main() {}
