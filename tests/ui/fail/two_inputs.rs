use jobs_pg::prelude::*;

#[job(executor = PgBoss)]
async fn send_mail(_to: String, _text: String) {}

fn main() {}
