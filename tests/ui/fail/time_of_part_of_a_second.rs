use jobs_pg::prelude::*;

#[job(executor = PgBoss, options(retry_delay = "1500ms"))]
async fn send_mail() {}

fn main() {}
