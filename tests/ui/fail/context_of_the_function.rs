use jobs_pg::prelude::*;

#[job(executor = PgBoss)]
async fn send_mail(_ctx: Context<send_mail>) {}

fn main() {}
