use jobs_pg::prelude::*;

#[job(executor = PgBoss, schedule = ["0 * * * *", "30 * * * *"])]
async fn send_mail() {}

fn main() {}
