use jobs_pg::prelude::*;

#[job(executor = PgBoss, worker(batch = 10))]
async fn send_mail(inputs: Vec<String>) -> Vec<String> {
    inputs
}

fn main() {}
