use jobs_pg::prelude::*;

#[job(executor = PgBoss, schedule = "@reboot")]
async fn send_mail() {}

fn main() {}
