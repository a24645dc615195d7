use jobs_pg::prelude::*;

#[job(executor = PgBoss, worker(batch = 0))]
async fn send_mail(_inputs: Vec<String>) {}

fn main() {}
