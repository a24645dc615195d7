use jobs_pg::prelude::*;

#[job(executor = PgBoss, blocking)]
const fn send_mail() {}

fn main() {}
