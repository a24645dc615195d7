use jobs_pg::prelude::*;

struct Redis;

#[job(executor = Redis)]
async fn send_mail() {}

fn main() {}
