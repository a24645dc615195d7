use jobs_pg::prelude::*;

#[job(executor = PgBoss, queue(partitioned))]
async fn send_mail() {}

fn main() {}
