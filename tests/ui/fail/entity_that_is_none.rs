use jobs_pg::prelude::*;

struct Task;

#[job(executor = PgBoss, entities = [Task])]
async fn send_mail() {}

fn main() {}
