//! A program in which two jobs share a name: it cannot start.

use jobs_pg::prelude::*;

/// A module has names of its own; the database has not.
mod another {
    use jobs_pg::prelude::*;

    #[job(executor = PgBoss, name = "same_name")]
    pub(super) async fn second() {}
}

#[job(executor = PgBoss)]
async fn same_name() {}

#[tokio::main]
async fn main() -> Result<(), jobs_pg::Error> {
    let boss = PgBoss::from_env().await?;
    boss.start().await?;
    boss.scope(async {
        SameName::submit(()).await?;
        another::Second::submit(()).await.map(drop)
    })
    .await?;
    boss.stop().await
}
