use jobs_pg::prelude::*;

#[job(executor = PgBoss)]
struct SendMail;

fn main() {}
