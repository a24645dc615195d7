//! What must hold when things go wrong: bad input, and what is killed or taken away in mid-job.

mod connecting;
mod connections;
mod crashing;
mod environment;
mod events;
mod failing;
mod fencing;
mod input;
mod leases;
mod lost_answers;
mod no_connection;
mod nobody;
mod panics;
mod policies;
mod pooler;
mod records;
mod roles;
mod rows;
mod shared;
mod stopping;
mod taken_away;

use jobs_pg::prelude::*;
use jobs_pg::{Job, JobDetails, PgBossBuilder};
use sqlx::{AssertSqlSafe, PgPool};
use tests::{Database, wait_for};
use uuid::Uuid;

/// An executor on the test's database, with the default settings but for schedules, which are none of its business.
fn on(database: &Database) -> PgBossBuilder {
    PgBoss::builder()
        .url(database.url())
        .schedule(false)
        .max_connections(5)
}

async fn execute(pool: &PgPool, statement: impl Into<String>) {
    sqlx::raw_sql(AssertSqlSafe(statement.into()))
        .execute(pool)
        .await
        .unwrap();
}

async fn number(pool: &PgPool, query: impl Into<String>) -> i64 {
    let query = sqlx::query_scalar(AssertSqlSafe(query.into()));
    query.fetch_one(pool).await.unwrap()
}

/// The job's row when it has ended, however it did.
async fn ended<J: Job<Executor = PgBoss>>(job: &SubmittedJob<J>) -> JobDetails {
    let _ = job.output().await;
    job.pg_boss().details().await.unwrap()
}

/// The only job of a queue, when there is one.
async fn only_job_of(pool: &PgPool, queue: &str) -> JobDetails {
    wait_for("a job in the queue", async || {
        let row = sqlx::query_scalar("SELECT to_jsonb(j) FROM pgboss.job j WHERE name = $1");
        let row = row.bind(queue).fetch_optional(pool).await.unwrap();
        row.map(|row| serde_json::from_value(row).unwrap())
    })
    .await
}

/// A job's state, as it stands in its row.
async fn state(pool: &PgPool, id: Uuid) -> String {
    let state = sqlx::query_scalar("SELECT state::text FROM pgboss.job WHERE id = $1");
    state.bind(id).fetch_one(pool).await.unwrap()
}
