use jobs_pg::prelude::*;

#[job(executor = PgBoss)]
async fn greet(name: String) -> usize {
    name.len()
}

async fn call() -> Result<(), jobs_pg::Error> {
    Greet::run_in(2, 60).submit("Tony".into()).await?;
    Ok(())
}

fn main() {}
