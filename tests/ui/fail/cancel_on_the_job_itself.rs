use jobs_pg::prelude::*;

#[job(executor = PgBoss)]
async fn send_mail() {}

async fn cancel() -> Result<(), jobs_pg::Error> {
    let job = SendMail::submit(()).await?;
    job.cancel().await
}

fn main() {}
