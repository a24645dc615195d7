use jobs_pg::prelude::*;
use serde::Deserialize;

#[derive(Deserialize)]
struct Receipt {
    id: u32,
}

#[job(executor = PgBoss)]
async fn send_mail() -> Result<Receipt, JobError> {
    Ok(Receipt { id: 1 })
}

fn main() {}
