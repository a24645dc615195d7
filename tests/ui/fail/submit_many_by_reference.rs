use jobs_pg::prelude::*;

#[job(executor = PgBoss)]
async fn greet(_name: String) {}

async fn call(names: Vec<String>) -> Result<(), jobs_pg::Error> {
    Greet::submit_many(&names).await?;
    Ok(())
}

fn main() {}
