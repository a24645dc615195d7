use jobs_pg::prelude::*;

struct Bounced;

#[job(executor = PgBoss)]
async fn send_mail() -> Result<(), Bounced> {
    Err(Bounced)
}

fn main() {}
