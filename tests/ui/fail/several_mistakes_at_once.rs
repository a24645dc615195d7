use jobs_pg::prelude::*;

#[job(nam = "a", options(retry_limit = "3", priorty = 1), schedule = "61 * * * *")]
fn send_mail() {}

fn main() {}
