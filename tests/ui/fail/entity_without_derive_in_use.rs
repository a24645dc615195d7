use jobs_pg::prelude::*;

struct Task {
    id: i64,
}

#[job(executor = PgBoss, entities = [Task])]
async fn send_mail(ctx: Context<SendMail>) -> Result<i64, JobError> {
    let tasks = ctx.entities.task.find_many().await?;
    Ok(tasks.iter().map(|task| task.id).sum())
}

async fn call() -> Result<(), jobs_pg::Error> {
    let job = SendMail::submit(()).await?;
    job.output().await?;
    Ok(())
}

fn main() {}
