use jobs_pg::prelude::*;

#[job(executor = PgBoss, options(dead_letter = "failed mails"))]
async fn send_mail() {}

fn main() {}
