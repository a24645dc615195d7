use jobs_pg::prelude::*;

#[job(executor = PgBoss)]
async fn greet(name: String) -> usize {
    name.len()
}

async fn call() -> Result<(), jobs_pg::Error> {
    let mut connection = ();
    Greet::submit_in(&mut connection, "Tony".into()).await?;
    Ok(())
}

fn main() {}
