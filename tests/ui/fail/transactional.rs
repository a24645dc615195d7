use jobs_pg::prelude::*;

#[job(executor = PgBoss, transactional)]
async fn send_mail() {}

fn main() {}
