use jobs_pg::prelude::*;

#[job(executor = PgBoss)]
async fn greet(name: String) -> usize {
    name.len()
}

async fn call() -> Result<(), jobs_pg::Error> {
    Greet::run_at(1_700_000_000).submit("Tony".into()).await?;
    Ok(())
}

fn main() {}
