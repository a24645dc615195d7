use jobs_pg::prelude::*;

#[job(executor = PgBoss)]
async fn send_mail() {}

#[job(executor = PgBoss)]
async fn send_letter(_ctx: Context<SendMail>) {}

fn main() {}
