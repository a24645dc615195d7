//! The statements of the executor, one function each. Nothing is decided here, and nobody else names sqlx's query functions.

#![expect(clippy::disallowed_methods, reason = "this is the place for them")]

pub(crate) mod catalog;
#[cfg(feature = "testing")]
mod clock;
pub(crate) mod statement;

mod claims;
mod counts;
mod due;
mod fetch;
mod import;
mod instances;
mod jobs;
mod maintenance;
mod named;
mod own;
mod page;
mod queues;
mod redrive;
mod removal;
mod schedules;
mod settle;
mod statistics;
mod submit;
#[cfg(feature = "testing")]
mod submitted;
mod subscriptions;
#[cfg(feature = "testing")]
mod test_schema;
mod timestamp;
mod update;
mod warnings;

pub(crate) use claims::{ClaimedQueue, Claims};
#[cfg(feature = "testing")]
pub(crate) use clock::{ClockSpan, Move};
pub(crate) use counts::{Counts, History, QueueCount, Rest};
pub(crate) use due::Due;
pub(crate) use fetch::{FetchRequest, Fetched, GroupLimit, Limits, QueueFetch};
pub(crate) use import::{Importing, QueueMove};
pub(crate) use instances::{Entry, Signs};
pub(crate) use jobs::JobFilter;
pub(crate) use maintenance::OverdueAttempt;
pub(crate) use named::JobIds;
pub(crate) use page::Page;
pub(crate) use queues::QueueRow;
pub(crate) use queues::Removal;
pub(crate) use redrive::DeadLetters;
pub(crate) use removal::Removed;
pub(crate) use schedules::{DeclaredRow, NewSchedule, ScheduleChanges, ScheduleRow, Tick};
pub(crate) use settle::{Attempt, Failed, Fence};
pub(crate) use statement::sql;
pub(crate) use statistics::{Span, StatisticsRow};
pub(crate) use submit::{Edge, InsertError, Inserted, NewJob};
#[cfg(feature = "testing")]
pub(crate) use submitted::SubmittedRow;
#[cfg(feature = "testing")]
pub(crate) use test_schema::{
    TestSchema, name as test_schema_name, remove_left as remove_left_schemas,
};
pub(crate) use timestamp::Timestamp;
pub(crate) use update::{Match, Target, Upsert};

use std::time::Duration;

use sqlx::postgres::PgPoolOptions;
use sqlx::{PgConnection, PgExecutor, PgPool, Postgres, Transaction};
use tokio::time::timeout;

use crate::schema::Schema;
use own::Own;
use statement::Statements;

/// No single step may take longer: a connection that says nothing is taken for dead.
const BOUND: Duration = Duration::from_secs(60);

/// Waits for a step, but not for ever.
pub(crate) async fn with_timeout<T, E: From<sqlx::Error>>(
    step: impl Future<Output = Result<T, E>>,
) -> Result<T, E> {
    timeout(BOUND, step).await.unwrap_or_else(|_| {
        let silence = format!("the database did not answer within {BOUND:?}");
        let error = std::io::Error::new(std::io::ErrorKind::TimedOut, silence);
        Err(sqlx::Error::Io(error).into())
    })
}

/// One schema of jobs in one database.
#[derive(Debug)]
pub(crate) struct Store {
    pool: PgPool,
    listener_pool: PgPool,
    schema: Schema,
    database: String,
    statements: Statements,
    own: Own,
    channel: String,
    /// Whether its connections read the test clock of the schema.
    #[cfg(feature = "testing")]
    obeying: tokio::sync::OnceCell<()>,
}

impl Store {
    /// Writes the statements for a schema of this database that was checked.
    pub(crate) fn new(pool: PgPool, schema: Schema, database: String) -> Self {
        Self {
            statements: Statements::new(&schema),
            own: Own::new(&schema),
            channel: schema.channel(),
            listener_pool: PgPoolOptions::new()
                .max_connections(1)
                .connect_lazy_with((*pool.connect_options()).clone()),
            pool,
            schema,
            database,
            #[cfg(feature = "testing")]
            obeying: tokio::sync::OnceCell::new(),
        }
    }

    /// The schema's name.
    pub(crate) fn schema(&self) -> &Schema {
        &self.schema
    }

    pub(crate) fn pool(&self) -> &PgPool {
        &self.pool
    }

    /// One connection beside the others, so that listening takes none from the jobs.
    pub(crate) fn listener_pool(&self) -> &PgPool {
        &self.listener_pool
    }

    /// The channel on which submissions are announced.
    pub(crate) fn channel(&self) -> &str {
        &self.channel
    }

    /// Begins a transaction that holds pg-boss's advisory lock of this suffix.
    pub(crate) async fn begin_locked(
        &self,
        suffix: &str,
    ) -> sqlx::Result<Transaction<'static, Postgres>> {
        let mut transaction = self.begin_bounded().await?;
        self.lock(&mut transaction, suffix).await?;
        Ok(transaction)
    }

    /// Begins a transaction that waits for no lock and no client for long.
    pub(crate) async fn begin_bounded(&self) -> sqlx::Result<Transaction<'static, Postgres>> {
        let mut transaction = self.pool.begin().await?;
        self.limit_waits(&mut transaction).await?;
        Ok(transaction)
    }

    /// Waits for pg-boss's advisory lock of this suffix, which is held until the transaction ends.
    async fn lock(&self, connection: &mut PgConnection, suffix: &str) -> sqlx::Result<()> {
        sqlx::query(sql(&self.statements.advisory_lock))
            .bind(self.schema.lock_key(&self.database, suffix))
            .execute(connection)
            .await
            .map(drop)
    }

    async fn limit_waits(&self, connection: &mut PgConnection) -> sqlx::Result<()> {
        sqlx::query(sql(&self.statements.limit_waits))
            .execute(connection)
            .await
            .map(drop)
    }

    /// Sends a word to a channel.
    pub(crate) async fn notify(
        &self,
        connection: impl PgExecutor<'_>,
        channel: &str,
        word: &str,
    ) -> sqlx::Result<()> {
        sqlx::query(sql(&self.statements.notify))
            .bind(channel)
            .bind(word)
            .execute(connection)
            .await
            .map(drop)
    }
}
