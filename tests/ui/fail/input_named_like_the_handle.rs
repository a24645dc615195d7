use jobs_pg::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize)]
struct Pay {
    cents: u32,
}

#[job(executor = PgBoss)]
async fn pay(input: Pay, _ctx: Context<Pay>) -> u32 {
    input.cents
}

fn main() {}
