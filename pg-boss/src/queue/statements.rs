//! Queues.

use jobs_rules::QueuePolicy;
use serde_json::{Map, Value};
use sqlx::types::Json;
use sqlx::{Connection, PgConnection};

use crate::error::{is_foreign_key_violation, is_lock_not_available};
use crate::page::Page;
use crate::statement::sql;
use crate::store::{Store, with_timeout};

/// How many jobs one statement removes (pg-boss 12.38).
const BATCH: i64 = 10_000;

/// How long the job tables are waited for at once, in milliseconds. No other transaction gets them meanwhile, and a wait of a second would
/// be looked at as a deadlock (Postgres's `deadlock_timeout`).
const LOCK_WAIT_MS: i32 = 200;

/// The outcome of removing a queue.
#[derive(Debug, PartialEq, Eq)]
pub enum Removal {
    /// It is removed.
    Done,
    /// There is none.
    Missing,
    /// These queues, or jobs of them, name it as their dead letter queue.
    InUse(Vec<String>),
    /// Other transactions use the job tables; it may succeed later.
    Busy,
}

/// One queue with its options. Times are whole seconds.
#[derive(Debug, Clone, sqlx::FromRow)]
#[expect(
    missing_docs,
    reason = "each field is what its name says, mostly a column"
)]
pub struct QueueRow {
    pub name: String,
    pub policy: String,
    pub partition: bool,
    pub retry_limit: i32,
    pub retry_delay: i32,
    pub retry_backoff: bool,
    pub retry_delay_max: Option<i32>,
    pub expire_seconds: i32,
    pub retention_seconds: i32,
    pub deletion_seconds: i32,
    pub dead_letter: Option<String>,
    pub heartbeat_seconds: Option<i32>,
    pub notify: bool,
}

impl QueueRow {
    /// Whether the policy of the queue limits its active jobs.
    pub fn looks_at_active_jobs(&self) -> bool {
        matches!(
            self.policy.parse(),
            Ok(QueuePolicy::Singleton | QueuePolicy::Stately | QueuePolicy::KeyStrictFifo)
        )
    }

    /// The queue's options in pg-boss's spelling.
    pub fn options(&self) -> Map<String, Value> {
        let options = serde_json::json!({
            "policy": self.policy,
            "partition": self.partition,
            "retryLimit": self.retry_limit,
            "retryDelay": self.retry_delay,
            "retryBackoff": self.retry_backoff,
            "retryDelayMax": self.retry_delay_max,
            "expireInSeconds": self.expire_seconds,
            "retentionSeconds": self.retention_seconds,
            "deleteAfterSeconds": self.deletion_seconds,
            "deadLetter": self.dead_letter,
            "heartbeatSeconds": self.heartbeat_seconds,
            "notify": self.notify,
        });
        match options {
            Value::Object(options) => options,
            _ => Map::new(),
        }
    }
}

impl Store {
    /// The queues of these names that there are.
    pub async fn find_queues(&self, names: &[&str]) -> sqlx::Result<Vec<QueueRow>> {
        sqlx::query_as(sql(&self.statements.find_queues))
            .bind(names)
            .fetch_all(&mut *self.connection().await?)
            .await
    }

    /// The queues with due jobs that are none of these, and are no dead letter queues.
    pub async fn find_unhandled(&self, handled: &[&str]) -> sqlx::Result<Vec<String>> {
        sqlx::query_scalar(sql(&self.statements.find_unhandled))
            .bind(handled)
            .fetch_all(&mut *self.connection().await?)
            .await
    }

    /// Rows of the queues of these names, or of all, as JSON texts.
    pub async fn list_queues(
        &self,
        connection: &mut PgConnection,
        names: Option<&[String]>,
        page: &Page<String>,
    ) -> sqlx::Result<Vec<String>> {
        sqlx::query_scalar(sql(&self.statements.list_queues))
            .bind(names)
            .bind(&page.after)
            .bind(page.at_most)
            .fetch_all(connection)
            .await
    }

    /// The policy of a queue, if it exists.
    pub async fn find_policy(
        &self,
        connection: &mut PgConnection,
        queue: &str,
    ) -> sqlx::Result<Option<String>> {
        sqlx::query_scalar(sql(&self.statements.find_policy))
            .bind(queue)
            .fetch_optional(connection)
            .await
    }

    /// The names of the queues, as many as are worth comparing.
    pub async fn queue_names(&self, connection: &mut PgConnection) -> sqlx::Result<Vec<String>> {
        sqlx::query_scalar(sql(&self.statements.find_queue_names))
            .fetch_all(connection)
            .await
    }

    /// The keys of a strict queue that wait behind a failed job.
    pub async fn find_blocked_keys(
        &self,
        connection: &mut PgConnection,
        queue: &str,
        page: &Page<String>,
    ) -> sqlx::Result<Vec<String>> {
        sqlx::query_scalar(sql(&self.statements.find_blocked_keys))
            .bind(queue)
            .bind(&page.after)
            .bind(page.at_most)
            .fetch_all(connection)
            .await
    }

    /// Makes queues with options in pg-boss's spelling, in this order, and all of them or none; existing ones are left as
    /// they are. Gives for each the policy and the partition that it had already, if it existed.
    pub async fn create_queues(
        &self,
        connection: &mut PgConnection,
        queues: &[(&str, Map<String, Value>)],
    ) -> sqlx::Result<Vec<Option<Map<String, Value>>>> {
        let mut transaction = connection.begin().await?;
        self.limit_waits(&mut transaction).await?;
        self.lock(&mut transaction, "create-queue").await?;
        let existing = self.insert_queues(&mut transaction, queues).await?;
        transaction.commit().await?;
        Ok(existing)
    }

    /// The same in a transaction that holds the lock already.
    pub(crate) async fn insert_queues(
        &self,
        connection: &mut PgConnection,
        queues: &[(&str, Map<String, Value>)],
    ) -> sqlx::Result<Vec<Option<Map<String, Value>>>> {
        let names: Vec<&str> = queues.iter().map(|(name, _)| *name).collect();
        let options: Vec<_> = queues.iter().map(|(_, options)| Json(options)).collect();
        let existing: Vec<Option<Json<_>>> =
            sqlx::query_scalar(sql(&self.statements.create_queues))
                .bind(names)
                .bind(options)
                .fetch_all(connection)
                .await?;
        Ok(existing
            .into_iter()
            .map(|one| one.map(|Json(one)| one))
            .collect())
    }

    /// Changes what is given of a queue, in pg-boss's spelling; `false` if there is none.
    pub async fn change_queue(
        &self,
        connection: &mut PgConnection,
        name: &str,
        options: &Map<String, Value>,
    ) -> sqlx::Result<bool> {
        sqlx::query(sql(&self.statements.change_queue))
            .bind(name)
            .bind(Json(options))
            .execute(connection)
            .await
            .map(|done| done.rows_affected() > 0)
    }

    /// Removes a queue with its jobs, in steps of which each is with_timeout.
    pub async fn delete_queue(
        &self,
        connection: &mut PgConnection,
        name: &str,
    ) -> sqlx::Result<Removal> {
        let Some((partition, _)) = with_timeout(self.find_table(connection, name)).await? else {
            return Ok(Removal::Missing);
        };
        let users = with_timeout(self.find_dead_letter_users(connection, name)).await?;
        if !users.is_empty() {
            return Ok(Removal::InUse(users));
        }
        if !partition {
            let mut emptying = true;
            while emptying {
                let batch = with_timeout(self.clear_jobs(connection, name, "all", BATCH)).await?;
                emptying = batch.jobs >= BATCH;
            }
        }
        match with_timeout(self.drop_queue(connection, name, partition)).await {
            // Somebody uses the tables; or has stored a job since, or named the queue as a dead letter queue.
            Err(error) if is_lock_not_available(&error) || is_foreign_key_violation(&error) => {
                Ok(Removal::Busy)
            }
            dropped => dropped,
        }
    }

    /// Removes a queue with what is left in it; the table of its own, if it has one, while no other transaction uses the job tables.
    async fn drop_queue(
        &self,
        connection: &mut PgConnection,
        name: &str,
        partition: bool,
    ) -> sqlx::Result<Removal> {
        let mut transaction = connection.begin().await?;
        self.limit_waits(&mut transaction).await?;
        self.lock(&mut transaction, "delete-queue").await?;
        if partition {
            sqlx::query(sql(&self.statements.wait_briefly))
                .bind(LOCK_WAIT_MS)
                .execute(&mut *transaction)
                .await?;
            sqlx::query(sql(&self.statements.lock_jobs))
                .execute(&mut *transaction)
                .await?;
            self.limit_waits(&mut transaction).await?;
        }
        // Another may have removed it while we waited.
        let Some((_, table)) = self.find_table(&mut transaction, name).await? else {
            return Ok(Removal::Missing);
        };
        sqlx::query(sql(&self.statements.delete_queue))
            .bind(name)
            .execute(&mut *transaction)
            .await?;
        if partition {
            sqlx::query(sql(&self.statements.delete_index_builds))
                .bind(table)
                .execute(&mut *transaction)
                .await?;
        }
        transaction.commit().await?;
        Ok(Removal::Done)
    }

    /// Whether a queue has a table of its own, and the table of its jobs.
    async fn find_table(
        &self,
        connection: &mut PgConnection,
        name: &str,
    ) -> sqlx::Result<Option<(bool, String)>> {
        sqlx::query_as(sql(&self.statements.find_table))
            .bind(name)
            .fetch_optional(connection)
            .await
    }

    /// The queues that name this one as their dead letter queue, or of which a job does.
    async fn find_dead_letter_users(
        &self,
        connection: &mut PgConnection,
        name: &str,
    ) -> sqlx::Result<Vec<String>> {
        sqlx::query_scalar(sql(&self.statements.find_dead_letter_users))
            .bind(name)
            .fetch_all(connection)
            .await
    }
}
