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

#[test]
fn a_raw_name_is_stored_without_its_mark() {
    assert_eq!(Move::NAME, "move");
}
