use jobs_pg::prelude::*;

#[job(executor)]
async fn send_mail() {}

fn main() {}
