use jobs_pg::prelude::*;

#[job(executor = PgBoss, schedule = 60)]
async fn send_mail() {}

fn main() {}
