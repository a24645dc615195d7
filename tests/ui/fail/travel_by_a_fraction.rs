use jobs_pg::prelude::*;

async fn wait(boss: &PgBoss) -> Result<(), jobs_pg::Error> {
    boss.travel(1.5).await?;
    Ok(())
}

fn main() {}
