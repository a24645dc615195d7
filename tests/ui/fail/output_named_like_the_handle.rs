use jobs_pg::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize)]
struct Report {
    lines: Vec<String>,
}

#[job(executor = PgBoss)]
async fn report() -> Result<Vec<Report>, JobError> {
    Ok(Vec::new())
}

fn main() {}
