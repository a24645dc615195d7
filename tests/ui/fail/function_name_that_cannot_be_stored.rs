use jobs_pg::prelude::*;

#[job(executor = PgBoss)]
async fn grüße() {}

fn main() {}
