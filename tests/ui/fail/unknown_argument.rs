use jobs_pg::prelude::*;

#[job(executor = PgBoss, entites = [Task])]
async fn send_mail() {}

fn main() {}
