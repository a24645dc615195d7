use jobs_pg::prelude::*;
use serde::Serialize;

#[derive(Serialize)]
struct Enqueued {
    id: u32,
}

#[job(executor = PgBoss)]
async fn send_mail() -> Enqueued {
    Enqueued { id: 1 }
}

fn main() {}
