use jobs_pg::prelude::*;

struct Mailer;

#[job(executor = PgBoss)]
impl Mailer {}

fn main() {}
