use jobs_pg::prelude::*;
use serde::Serialize;

#[derive(Serialize)]
struct Mail {
    to: String,
}

#[job(executor = PgBoss)]
async fn send_mail(mail: Mail) {
    println!("{}", mail.to);
}

fn main() {}
