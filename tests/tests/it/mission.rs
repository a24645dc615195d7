//! The rows of the mission, each shown by tests that bear its id: over the public API, as a user writes it, against a real
//! Postgres.

mod batches;
mod blocking;
mod changing;
mod entities;
mod every_option;
mod explaining;
mod failures;
mod http;
mod limits;
mod lookup;
mod many_jobs;
mod namespaces;
mod options;
mod outputs;
mod own_schemas;
mod pausing;

mod programs;
mod schedules;
mod shapes;
mod stopping;
mod times;
mod tracking;
mod transactions;
mod travelling;

use jobs_pg::{Error, Job, JobSet, PgBoss, PgBossBuilder, SubmittedJob};
use tests::{BOUND, Database};
use tokio::time::timeout;

/// An executor for these jobs alone. Other tests of this program declare schedules, so it keeps none.
fn only<Jobs: JobSet>(database: &Database) -> PgBossBuilder {
    PgBoss::builder()
        .url(database.url())
        .max_connections(4)
        .schedule(false)
        .only::<Jobs>()
}

/// The same, at work.
async fn started<Jobs: JobSet>(database: &Database) -> PgBoss {
    let boss = only::<Jobs>(database).connect().await.unwrap();
    boss.start().await.unwrap();
    boss
}

/// The same, without working: what it submits waits.
async fn idle<Jobs: JobSet>(database: &Database) -> PgBoss {
    let boss = only::<Jobs>(database)
        .work(false)
        .supervise(false)
        .connect()
        .await
        .unwrap();
    boss.start().await.unwrap();
    boss
}

/// What a job comes to, which it must within the bound.
async fn output_of<J: Job>(job: &SubmittedJob<J>) -> Result<J::Output, Error> {
    timeout(BOUND, job.output())
        .await
        .expect("the job does not end")
}
