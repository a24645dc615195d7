use jobs_pg::prelude::*;

#[job(executor = PgBoss, worker(batch = 10))]
async fn send_mail(_inputs: Vec<String>) {}

async fn submit() {
    let _ = SendMail::submit(vec!["Tony".to_owned()]).await;
}

fn main() {}
