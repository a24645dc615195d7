use jobs_pg::prelude::*;

#[job(executor = PgBoss)]
async fn double(number: u64) -> Result<u64, JobError> {
    Ok(number * 2)
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    assert_eq!(double(21).await.unwrap(), 42);
}
