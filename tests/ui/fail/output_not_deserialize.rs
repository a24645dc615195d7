use jobs_pg::prelude::*;
use serde::Serialize;

#[derive(Serialize)]
struct Receipt {
    id: u32,
}

#[job(executor = PgBoss)]
async fn send_mail() -> Receipt {
    Receipt { id: 1 }
}

fn main() {}
