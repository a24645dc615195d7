use jobs_pg::prelude::*;

#[job(executor = PgBoss)]
async unsafe fn send_mail() {}

fn main() {}
