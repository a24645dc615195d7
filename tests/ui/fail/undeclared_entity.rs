use jobs_pg::prelude::*;

#[derive(sqlx::FromRow, Entity)]
#[entity(table = "task")]
struct Task {
    #[entity(id)]
    id: i64,
}

#[derive(sqlx::FromRow, Entity)]
#[entity(table = "person")]
struct Person {
    #[entity(id)]
    id: i64,
}

#[job(executor = PgBoss, entities = [Task])]
async fn send_mail(ctx: Context<SendMail>) -> Result<(), JobError> {
    ctx.entities.person.count().await?;
    Ok(())
}

fn main() {}
