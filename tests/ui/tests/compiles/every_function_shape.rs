use jobs_pg::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize)]
struct Greeting {
    name: String,
}

#[job(executor = PgBoss)]
async fn nothing() {}

#[job(executor = PgBoss)]
async fn only_input(_: String) {}

#[job(executor = PgBoss)]
async fn only_context(ctx: Context<OnlyContext>) -> u32 {
    ctx.job.attempt
}

#[job(executor = PgBoss)]
async fn both(Greeting { name }: Greeting, ctx: Context<Both>) -> Result<String, JobError> {
    Ok(format!("{name}, attempt {}", ctx.job.attempt))
}

#[job(executor = PgBoss, blocking)]
fn blocking_nothing() {}

#[job(executor = PgBoss, blocking)]
fn blocking_both(
    mut numbers: Vec<u64>,
    ctx: Context<BlockingBoth>,
) -> Result<Vec<u64>, std::io::Error> {
    numbers.push(ctx.job.attempt.into());
    Ok(numbers)
}

#[job(executor = PgBoss)]
async fn tuple((a, b): (u8, u8)) -> (u8, u8) {
    (b, a)
}

#[job(executor = PgBoss)]
async fn optional(input: Option<String>) -> Option<String> {
    input
}

#[job(executor = PgBoss, worker(batch = 10))]
async fn batch_of_all(_: Vec<Greeting>) {}

#[job(executor = PgBoss, worker(batch = 10))]
async fn batch_of_all_or_none(
    _: std::vec::Vec<()>,
    ctx: Context<BatchOfAllOrNone>,
) -> Result<(), std::io::Error> {
    assert!(ctx.batch().contains(&ctx.job));
    Ok(())
}

#[job(executor = PgBoss, worker(batch = 10))]
async fn batch_of_results(inputs: Vec<u32>) -> Vec<Result<String, JobError>> {
    inputs
        .into_iter()
        .map(|input| Ok(input.to_string()))
        .collect()
}

#[job(executor = PgBoss, worker(batch = 10), blocking)]
fn blocking_batch(
    inputs: Vec<Vec<u32>>,
    _: Context<BlockingBatch>,
) -> Result<Vec<Result<u32, std::io::Error>>, JobError> {
    Ok(inputs
        .into_iter()
        .map(|input| Ok(input.into_iter().sum()))
        .collect())
}

async fn submit() {
    let one: u32 = 5;
    let submitted = BatchOfResults::submit(one).await.unwrap();
    let _: String = submitted.output().await.unwrap();
    let _: Result<u32, _> = BlockingBatch::submit(vec![1, 2])
        .await
        .unwrap()
        .output()
        .await;
}

#[test]
fn every_shape_of_function_is_a_job() {
    drop(submit());
    let _: (&str, &str) = (
        <Nothing as jobs_pg::Job>::NAME,
        <BlockingBoth as jobs_pg::Job>::NAME,
    );
}
