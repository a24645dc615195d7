use jobs_pg::prelude::*;

async fn start() -> Result<(), jobs_pg::Error> {
    let boss = PgBoss::new("postgres://localhost/shop").await?;
    boss.start().await
}

fn main() {}
