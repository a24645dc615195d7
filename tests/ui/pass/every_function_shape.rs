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
fn blocking_both(mut numbers: Vec<u64>, ctx: Context<BlockingBoth>) -> Result<Vec<u64>, std::io::Error> {
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

fn main() {
    let _: (&str, &str) = (<Nothing as jobs_pg::Job>::NAME, <BlockingBoth as jobs_pg::Job>::NAME);
}
