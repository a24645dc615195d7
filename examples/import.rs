//! Takes the jobs of a pg-boss 8 over, as Wasp uses it, and runs them. Its tables are made here, to have something to take.
//!
//! Run it with `cargo run --example import`.

use jobs_pg::operation::Import;
use jobs_pg::prelude::*;
use serde::{Deserialize, Serialize};

/// The tables of pg-boss 8 with a few jobs, as a program left them that was stopped in the middle of its work.
const LEFT_BEHIND: &str = r#"
    CREATE SCHEMA wasp_jobs;
    SET LOCAL search_path = wasp_jobs;
    CREATE TABLE version (version int PRIMARY KEY, maintained_on timestamptz, cron_on timestamptz);
    CREATE TYPE job_state AS ENUM ('created', 'retry', 'active', 'completed', 'expired', 'cancelled', 'failed');
    CREATE TABLE job (
        id uuid PRIMARY KEY DEFAULT gen_random_uuid(), name text NOT NULL, priority int NOT NULL DEFAULT 0, data jsonb,
        state job_state NOT NULL DEFAULT 'created', retrylimit int NOT NULL DEFAULT 0, retrycount int NOT NULL DEFAULT 0,
        retrydelay int NOT NULL DEFAULT 0, retrybackoff bool NOT NULL DEFAULT false,
        startafter timestamptz NOT NULL DEFAULT now(), startedon timestamptz, singletonkey text, singletonon timestamp,
        expirein interval NOT NULL DEFAULT '15 minutes', createdon timestamptz NOT NULL DEFAULT now(),
        completedon timestamptz, keepuntil timestamptz NOT NULL DEFAULT now() + interval '14 days',
        on_complete bool NOT NULL DEFAULT false, output jsonb);
    CREATE TABLE archive (LIKE job, archivedon timestamptz NOT NULL DEFAULT now());
    CREATE TABLE schedule (
        name text PRIMARY KEY, cron text NOT NULL, timezone text, data jsonb, options jsonb,
        created_on timestamptz NOT NULL DEFAULT now(), updated_on timestamptz NOT NULL DEFAULT now());
    CREATE TABLE subscription (
        event text, name text, created_on timestamptz NOT NULL DEFAULT now(),
        updated_on timestamptz NOT NULL DEFAULT now(), PRIMARY KEY (event, name));
    INSERT INTO version (version) VALUES (20);
    INSERT INTO job (name, data, state, startedon) VALUES
        ('send welcome', '{"user": 1}', 'active', now() - interval '1 minute'),
        ('send welcome', '{"user": 2}', 'created', NULL),
        ('__pgboss__maintenance', NULL, 'created', NULL);
    INSERT INTO archive (id, name, state, retrylimit, retrycount, retrydelay, retrybackoff, priority, data, startafter,
                         startedon, expirein, createdon, completedon, keepuntil, on_complete)
    SELECT gen_random_uuid(), 'send welcome', 'completed', 0, 0, 0, false, 0, '{"user": 0}', day, day,
           '15 minutes', day, day, now(), false
      FROM (SELECT now() - interval '1 day' AS day) yesterday;
    INSERT INTO schedule (name, cron, options) VALUES ('clean up', '0 3 * * *', '{"expireInHours": 1}');
"#;

#[derive(Serialize, Deserialize)]
struct Welcome {
    user: u64,
}

/// Welcomes a user.
#[job(executor = PgBoss)]
async fn send_welcome(welcome: Welcome) -> Result<String, JobError> {
    Ok(format!("welcome, user {}", welcome.user))
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let boss = PgBoss::from_env().await?;
    leave_behind(boss.pool()).await?;

    // These names were good for pg-boss 8; nothing is written before each has one that pg-boss 12 takes too.
    if let Err(refused) = boss.import_from("wasp_jobs").await {
        println!("{refused}");
    }
    let import = Import::from("wasp_jobs")
        .rename("send welcome", "send_welcome")
        .rename("clean up", "clean_up");
    println!("{}", boss.import_from(import.clone().dry_run()).await?);
    println!("{}", boss.import_from(import.clone()).await?);
    println!("again {}", boss.import_from(import).await?);

    boss.start().await?;
    for id in waiting(&boss).await? {
        let job = SubmittedJob::<SendWelcome>::track(id);
        println!("{}", job.output().await?);
    }
    boss.stop().await?;
    Ok(())
}

/// Makes the old tables, unless an earlier run did.
async fn leave_behind(pool: &sqlx::PgPool) -> sqlx::Result<()> {
    let exists = "SELECT to_regnamespace('wasp_jobs') IS NOT NULL";
    let mut transaction = pool.begin().await?;
    if !sqlx::query_scalar::<_, bool>(exists)
        .fetch_one(&mut *transaction)
        .await?
    {
        sqlx::raw_sql(LEFT_BEHIND)
            .execute(&mut *transaction)
            .await?;
    }
    transaction.commit().await
}

/// The old jobs that had not ended.
async fn waiting(boss: &PgBoss) -> sqlx::Result<Vec<uuid::Uuid>> {
    let waiting = "SELECT id FROM wasp_jobs.job WHERE name = 'send welcome' ORDER BY createdon, id";
    sqlx::query_scalar(waiting).fetch_all(boss.pool()).await
}
