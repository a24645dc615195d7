use jobs_pg::prelude::*;

#[job(executor = PgBoss)]
fn send_mail() {}

fn main() {}
