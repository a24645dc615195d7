use jobs_pg::prelude::*;

#[job(executor = PgBoss, schedule(cron = "0 * * * *", input = 5))]
async fn greet(_: String) {}

fn main() {}
