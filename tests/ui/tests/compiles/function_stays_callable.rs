use jobs_pg::prelude::*;

#[job(executor = PgBoss)]
async fn double(number: u64) -> Result<u64, JobError> {
    Ok(number * 2)
}

#[tokio::test]
async fn the_function_can_still_be_called() {
    assert_eq!(double(21).await.unwrap(), 42);
}
