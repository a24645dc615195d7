use jobs_pg::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Clone, Default, Serialize, Deserialize)]
struct Input;

#[derive(Serialize, Deserialize)]
struct Output;

struct Vec;
struct Box;
struct Option;
struct Some;
struct None;
struct Ok;
struct Err;
struct Send;
struct Clone;
struct LazyLock;
struct Declaration;
struct Job;
struct Entities;
#[allow(non_camel_case_types)]
struct u32;
#[allow(non_camel_case_types)]
struct bool;

mod core {}
mod std {}
mod serde_json {}

#[job(executor = PgBoss, queue(partition), options(retry_limit = 1), schedule(cron = "0 * * * *", tz = "UTC", input = Input))]
async fn run(_: Input, _: Context<Run>) -> Result<Output, JobError> {
    Result::Ok(Output)
}

#[job(executor = PgBoss)]
async fn swap(_: Output) -> Input {
    Input
}
