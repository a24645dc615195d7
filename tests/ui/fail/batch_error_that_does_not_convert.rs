use jobs_pg::prelude::*;

struct Refused;

#[job(executor = PgBoss, worker(batch = 10))]
async fn send_mail(inputs: Vec<String>) -> Vec<Result<String, Refused>> {
    inputs.into_iter().map(Ok).collect()
}

fn main() {}
