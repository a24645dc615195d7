use jobs_pg::prelude::*;

#[job(executor = PgBoss)]
async fn send_mail(_: impl Into<String>) {}

fn main() {}
