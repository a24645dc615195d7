use jobs_pg::prelude::*;

#[job(executor = PgBoss)]
async fn greet(name: String) -> usize {
    name.len()
}

async fn call() -> Result<(), jobs_pg::Error> {
    let length: String = Greet::submit("Tony".into()).await?.output().await?;
    println!("{length}");
    Ok(())
}

fn main() {}
