use jobs_pg::prelude::*;

#[job(executor = PgBoss)]
async fn send_mail() {}

async fn call() -> Result<(), jobs_pg::Error> {
    let job = SendMail::submit(()).await?;
    job.output_within(1.5).await
}

fn main() {}
