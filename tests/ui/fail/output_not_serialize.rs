use jobs_pg::prelude::*;
use serde::Deserialize;

#[derive(Deserialize)]
struct Enqueued {
    id: u32,
}

#[job(executor = PgBoss)]
async fn send_mail() -> Result<Enqueued, JobError> {
    Ok(Enqueued { id: 1 })
}

fn main() {}
