use jobs_pg::prelude::*;

#[job(executor = PgBoss, blocking)]
extern "C" fn send_mail() {}

fn main() {}
