use jobs_pg::prelude::*;

#[job(executor = PgBoss)]
async fn send_mail(_address: String) -> Result<(), JobError> {
    Ok(())
}

#[job(executor = PgBoss)]
async fn send_letter(_address: String, _ctx: Context<SendMail>) -> Result<(), JobError> {
    Ok(())
}

fn main() {}
