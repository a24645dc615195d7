use jobs_pg::prelude::*;

#[job(executor = PgBoss)]
async fn greet(_name: String) -> Result<(), Box<dyn std::error::Error>> {
    Ok(())
}

fn main() {}
