use jobs_pg::prelude::*;

#[job(executor = PgBoss)]
async fn send_mail(_ctx: &Context<SendMail>) {}

fn main() {}
