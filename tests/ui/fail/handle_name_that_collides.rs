use jobs_pg::prelude::*;

struct SendMail;

#[job(executor = PgBoss)]
async fn send_mail() {}

fn main() {}
