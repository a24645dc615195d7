use jobs_pg::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize)]
struct Greeting {
    name: String,
}

#[job(executor = PgBoss, schedule = "0 * * * *")]
async fn greet(_: Greeting) {}

fn main() {}
