use jobs_pg::prelude::*;

#[job(executor = PgBoss, options(retry_delay = 5, retry_delay_max = "1h"))]
async fn send_mail() {}

fn main() {}
