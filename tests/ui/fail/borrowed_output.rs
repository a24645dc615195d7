use jobs_pg::prelude::*;

#[job(executor = PgBoss)]
async fn send_mail() -> &'static str {
    "sent"
}

fn main() {}
