use jobs_pg::prelude::*;

#[job(executor = PgBoss, entities = Task)]
async fn send_mail() {}

fn main() {}
