use jobs_pg::prelude::*;

struct Failed;

#[job(executor = PgBoss, options(dead_letter = Failed))]
async fn send_mail() {}

fn main() {}
