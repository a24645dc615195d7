use jobs_pg::prelude::*;

#[job(executor = PgBoss::new())]
async fn send_mail() {}

fn main() {}
