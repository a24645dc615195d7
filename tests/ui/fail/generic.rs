use jobs_pg::prelude::*;

#[job(executor = PgBoss)]
async fn send_mail<T>(_: T) {}

fn main() {}
