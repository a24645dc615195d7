use jobs_pg::prelude::*;

#[job(executor = PgBoss)]
async fn send_mail() -> impl Into<String> {
    "sent"
}

fn main() {}
