use jobs_pg::prelude::*;

#[job(executor = PgBoss name = "a")]
async fn send_mail() {}

fn main() {}
