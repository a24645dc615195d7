use jobs_pg::prelude::*;

#[job(executor = PgBoss, name = "__pgboss__send-it")]
async fn send_mail() {}

fn main() {}
