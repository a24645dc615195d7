use jobs_pg::prelude::*;

use std::time::{Duration, SystemTime};

use jobs_pg::Submission;

#[job(executor = PgBoss)]
async fn greet(name: String) -> usize {
    name.len()
}

#[allow(dead_code)]
async fn call(boss: &PgBoss, connection: &mut sqlx::PgConnection) -> Result<(), jobs_pg::Error> {
    let submitted: SubmittedJob<Greet> = Greet::submit("Tony".into()).await?;
    let _: usize = submitted.output().await?;
    let _: SubmittedJob<Greet<String, usize>> = Greet::track(submitted.job_id);
    Greet::submit_with("Tony".into(), JobOptions::new().retry_limit(2)).await?;
    Greet::submit_with("Tony".into(), serde_json::json!({ "retryLimit": 2 })).await?;
    let _: Vec<SubmittedJob<Greet>> = Greet::submit_many(["a", "b"].map(String::from)).await?;
    Greet::submit_in(connection, "Tony".into()).await?;
    let _: Submission<Greet> = Greet::delay(10);
    Greet::delay(Duration::from_secs(10))
        .submit("Tony".into())
        .await?;
    Greet::delay("2030-01-01T00:00:00Z")
        .submit("Tony".into())
        .await?;
    Greet::delay(chrono::Utc::now())
        .submit("Tony".into())
        .await?;
    Greet::run_now().submit("Tony".into()).await?;
    Greet::run_at(SystemTime::now())
        .submit("Tony".into())
        .await?;
    Greet::run_in(30, "seconds")
        .on(boss)
        .submit("Tony".into())
        .await?;
    Greet::run_in(1, Unit::Months)
        .priority(5)
        .submit("Tony".into())
        .await?;
    Greet::with(JobOptions::new().priority(3))
        .retry_limit(1)
        .submit("Tony".into())
        .await?;
    Ok(())
}
