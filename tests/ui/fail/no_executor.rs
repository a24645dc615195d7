use jobs_pg::prelude::*;

#[job]
async fn send_mail() {}

fn main() {}
