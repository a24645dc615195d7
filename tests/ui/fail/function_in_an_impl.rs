use jobs_pg::prelude::*;

struct Mailer;

impl Mailer {
    #[job(executor = PgBoss)]
    async fn send_mail(_address: String) {}
}

fn main() {}
