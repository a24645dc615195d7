use jobs_pg::prelude::*;

#[derive(sqlx::FromRow, Entity)]
#[entity(table = "task")]
struct Task {
    #[entity(id)]
    id: i64,
}

#[job(executor = PgBoss)]
async fn send_mail(ctx: Context<SendMail>) -> Result<(), JobError> {
    ctx.entities.task.count().await?;
    Ok(())
}

fn main() {}
