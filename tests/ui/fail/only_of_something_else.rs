use jobs_pg::prelude::*;

#[job(executor = PgBoss)]
async fn send_mail() {}

fn builder() {
    let _ = PgBoss::builder().only::<(SendMail, String)>();
}

fn main() {}
