//! One schema of jobs: its connections, and its statements as they are sent.

use std::time::Duration;

use sqlx::pool::PoolConnection;
use sqlx::postgres::PgPoolOptions;
use sqlx::{PgConnection, PgExecutor, PgPool, Postgres, Transaction};
use tokio::time::timeout;

use crate::connect::{acquire, begin};
use crate::schema::Schema;
use crate::statement::{Statements, sql};

/// No single step may take longer: a connection that says nothing counts as dead.
const BOUND: Duration = Duration::from_secs(60);

/// Waits for a step, but not for ever.
pub async fn with_timeout<T, E: From<sqlx::Error>>(
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
pub struct Store {
    pub(crate) pool: PgPool,
    listener_pool: PgPool,
    pub(crate) schema: Schema,
    pub(crate) database: String,
    pub(crate) statements: Statements,
    pub(crate) channel: String,
    /// Whether its connections read the test clock of the schema.
    #[cfg(feature = "testing")]
    pub(crate) obeying: tokio::sync::OnceCell<()>,
}

impl Store {
    /// Writes the statements for a schema of this database that was checked.
    pub fn new(pool: PgPool, schema: Schema, database: String) -> Self {
        Self {
            statements: Statements::new(&schema),
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
    pub fn schema(&self) -> &Schema {
        &self.schema
    }

    /// The connections.
    pub fn pool(&self) -> &PgPool {
        &self.pool
    }

    /// One of the connections. If there is none in time, the error says why.
    pub async fn connection(&self) -> sqlx::Result<PoolConnection<Postgres>> {
        acquire(&self.pool).await
    }

    /// Begins a transaction; errors as of [`connection`](Self::connection).
    pub async fn begin(&self) -> sqlx::Result<Transaction<'static, Postgres>> {
        begin(&self.pool).await
    }

    /// One connection beside the others, so that listening takes none from the jobs.
    pub fn listener_pool(&self) -> &PgPool {
        &self.listener_pool
    }

    /// The channel on which submissions are announced.
    pub fn channel(&self) -> &str {
        &self.channel
    }

    /// The channel on which the workers of this library hear of what else concerns them. pg-boss does not know it.
    pub fn control_channel(&self) -> String {
        format!("{}_control", self.channel)
    }

    /// Begins a transaction that holds pg-boss's advisory lock of this suffix.
    pub async fn begin_locked(&self, suffix: &str) -> sqlx::Result<Transaction<'static, Postgres>> {
        let mut transaction = self.begin_bounded().await?;
        self.lock(&mut transaction, suffix).await?;
        Ok(transaction)
    }

    /// Begins a transaction that waits for no lock and no client for long.
    pub async fn begin_bounded(&self) -> sqlx::Result<Transaction<'static, Postgres>> {
        let mut transaction = self.begin().await?;
        self.limit_waits(&mut transaction).await?;
        Ok(transaction)
    }

    /// Waits for pg-boss's advisory lock of this suffix, which is held until the transaction ends.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn lock(&self, connection: &mut PgConnection, suffix: &str) -> sqlx::Result<()> {
        sqlx::query(sql(&self.statements.advisory_lock))
            .bind(self.schema.lock_key(&self.database, suffix))
            .execute(connection)
            .await
            .map(drop)
    }

    /// Bounds the waits of a transaction for locks and for its client.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn limit_waits(&self, connection: &mut PgConnection) -> sqlx::Result<()> {
        sqlx::query(sql(&self.statements.limit_waits))
            .execute(connection)
            .await
            .map(drop)
    }

    /// Sends a word to a channel.
    pub async fn notify(
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
