use jobs_pg::prelude::*;

#[job(executor = PgBoss)]
async fn greet(name: String) -> usize {
    name.len()
}

async fn call() -> Result<(), jobs_pg::Error> {
    Greet::submit(5).await?;
    Ok(())
}

fn main() {}
