use jobs_pg::prelude::*;

#[job(executor = PgBoss)]
async fn send_mail(_to: std::borrow::Cow<'_, str>) {}

fn main() {}
