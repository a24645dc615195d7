use jobs_pg::prelude::*;

#[job(executor = PgBoss, options(dead_letter = SendMail))]
async fn send_mail() {}

#[job(executor = PgBoss, name = "post", options(dead_letter = "post"))]
async fn send_letter() {}

#[job(executor = PgBoss, schedule(cron = "0 6 * * *", options(dead_letter = "report")))]
async fn report() {}

fn main() {}
