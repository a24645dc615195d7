use jobs_pg::prelude::*;

use jobs_pg::Job;

#[derive(sqlx::FromRow, Entity)]
#[entity(table = "type")]
struct Type {
    #[entity(id)]
    r#type: i64,
}

#[job(executor = PgBoss, entities = [Type])]
async fn r#move(ctx: Context<Move>) -> Result<u64, JobError> {
    Ok(ctx.entities.r#type.count().await?)
}

fn main() {
    assert_eq!(Move::NAME, "move");
}
