use jobs_pg::prelude::*;

#[job(executor = PgBoss, queue = "emails")]
async fn send_mail() {}

fn main() {}
