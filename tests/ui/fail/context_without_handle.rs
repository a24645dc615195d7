use jobs_pg::prelude::*;

#[job(executor = PgBoss)]
async fn send_mail(_to: String, _ctx: Context) {}

fn main() {}
