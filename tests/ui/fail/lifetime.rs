use jobs_pg::prelude::*;

#[job(executor = PgBoss)]
async fn send_mail<'a>(_: std::borrow::Cow<'a, str>) {}

fn main() {}
