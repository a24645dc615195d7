//! Importing from an old schema: one transaction, in which rows go from table to table and not through us.

use chrono::{DateTime, Utc};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use sqlx::types::Json;
use sqlx::{Postgres, Transaction};

use crate::queue::QueueRow;
use crate::schema::OldSchema;
use crate::statement::sql;
use crate::statement::{ImportStatements, OldStatements};
use crate::store::Store;

/// Where imports are remembered. A queue like others, so that every tool shows it.
const IMPORTS: &str = "__jobs__imports";

/// A queue of the old schema and what becomes of it, with its options in pg-boss's spelling.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct QueueMove {
    pub(crate) old: String,
    pub(crate) new: String,
    pub(crate) options: Map<String, Value>,
}

/// What a step found and did, and when the newest row was made that it saw.
pub(crate) type CountResult<T> = (Json<T>, Option<DateTime<Utc>>);

/// An import that is under way; given up, it has changed nothing.
pub(crate) struct Importing<'a> {
    store: &'a Store,
    old: &'a OldSchema,
    statements: ImportStatements,
    old_statements: OldStatements,
    transaction: Transaction<'static, Postgres>,
}

impl Store {
    /// Begins an import, when no other one is under way and no transaction creates queues.
    pub(crate) async fn begin_import<'a>(
        &'a self,
        old: &'a OldSchema,
    ) -> sqlx::Result<Importing<'a>> {
        Ok(Importing {
            store: self,
            old,
            statements: ImportStatements::new(&self.schema, old),
            old_statements: OldStatements::new(old),
            transaction: self.begin_locked("create-queue").await?,
        })
    }
}

impl Importing<'_> {
    /// The sessions that seem to be workers of the old schema, by application and process.
    pub(crate) async fn find_writers(&mut self) -> sqlx::Result<Vec<String>> {
        sqlx::query_scalar(sql(&self.statements.find_writers))
            .bind(pattern_of(self.old.schema().name()))
            .fetch_all(&mut *self.transaction)
            .await
    }

    /// Every queue's name that the old schema knows, with the queue's options.
    pub(crate) async fn find_queues(
        &mut self,
    ) -> sqlx::Result<Vec<(String, Json<Map<String, Value>>)>> {
        sqlx::query_as(sql(&self.old_statements.find_old_queues))
            .fetch_all(&mut *self.transaction)
            .await
    }

    /// Makes the queues that are missing, then links those to their dead letter queues; gives their new names.
    pub(crate) async fn create_queues(
        &mut self,
        queues: &[QueueMove],
    ) -> sqlx::Result<Vec<String>> {
        let names: Vec<&str> = queues.iter().map(|queue| queue.new.as_str()).collect();
        let standing: Vec<QueueRow> = sqlx::query_as(sql(&self.store.statements.find_queues))
            .bind(&names)
            .fetch_all(&mut *self.transaction)
            .await?;
        let missing: Vec<&QueueMove> = queues
            .iter()
            .filter(|queue| standing.iter().all(|row| row.name != queue.new))
            .collect();
        let alone = missing.iter().map(|queue| {
            let mut options = queue.options.clone();
            // It may be one that comes later, or they may name each other.
            options.remove("deadLetter");
            (queue.new.as_str(), options)
        });
        let alone: Vec<_> = alone.collect();
        let transaction = &mut *self.transaction;
        self.store.insert_queues(transaction, &alone).await?;
        for queue in missing
            .iter()
            .filter(|queue| queue.options.contains_key("deadLetter"))
        {
            sqlx::query(sql(&self.store.statements.change_queue))
                .bind(&queue.new)
                .bind(Json(&queue.options))
                .execute(&mut *self.transaction)
                .await?;
        }
        Ok(missing.into_iter().map(|queue| queue.new.clone()).collect())
    }

    /// When the newest row was made that an earlier import from this schema has seen.
    pub(crate) async fn find_import(&mut self) -> sqlx::Result<Option<DateTime<Utc>>> {
        let found: Option<Option<DateTime<Utc>>> =
            sqlx::query_scalar(sql(&self.statements.find_import))
                .bind(IMPORTS)
                .bind(self.old.schema().name())
                .fetch_optional(&mut *self.transaction)
                .await?;
        Ok(found.flatten())
    }

    /// Copies jobs and archive, schedules and subscriptions of these queues, as far as they are newer than what was seen.
    pub(crate) async fn import<T>(
        &mut self,
        queues: &[QueueMove],
        seen: Option<DateTime<Utc>>,
    ) -> sqlx::Result<Vec<CountResult<T>>>
    where
        T: DeserializeOwned + Send + Unpin + 'static,
    {
        let old: Vec<&str> = queues.iter().map(|queue| queue.old.as_str()).collect();
        let new: Vec<&str> = queues.iter().map(|queue| queue.new.as_str()).collect();
        let mut counted = Vec::new();
        for statement in [
            &self.statements.import_jobs,
            &self.statements.import_schedules,
            &self.statements.import_subscriptions,
        ] {
            let step = sqlx::query_as(sql(statement))
                .bind(&old)
                .bind(&new)
                .bind(seen);
            counted.extend(step.fetch_all(&mut *self.transaction).await?);
        }
        Ok(counted)
    }

    /// How many rows have no place in the new schema, by reason.
    pub(crate) async fn count_left_behind<T>(&mut self) -> sqlx::Result<Vec<Json<T>>>
    where
        T: DeserializeOwned + Send + Unpin + 'static,
    {
        sqlx::query_scalar(sql(&self.old_statements.count_left_behind))
            .fetch_all(&mut *self.transaction)
            .await
    }

    /// Remembers the import, and makes it count.
    pub(crate) async fn commit(mut self, newest: Option<DateTime<Utc>>) -> sqlx::Result<()> {
        if newest.is_some() {
            let kept = Map::from_iter([
                ("policy".into(), "standard".into()),
                ("deleteAfterSeconds".into(), 0.into()),
            ]);
            let transaction = &mut *self.transaction;
            let imports = [(IMPORTS, kept)];
            self.store.insert_queues(transaction, &imports).await?;
            sqlx::query(sql(&self.statements.record_import))
                .bind(IMPORTS)
                .bind(self.old.schema().name())
                .bind(self.old.version())
                .bind(newest)
                .execute(&mut *self.transaction)
                .await?;
        }
        self.transaction.commit().await
    }

    /// Undoes it.
    pub(crate) async fn roll_back(self) -> sqlx::Result<()> {
        self.transaction.rollback().await
    }
}

/// A regular expression that finds the schema in statements, bare or in quotes.
fn pattern_of(schema: &str) -> String {
    let literal: String = schema
        .chars()
        .flat_map(|c| {
            (!c.is_alphanumeric() && c != '_')
                .then_some('\\')
                .into_iter()
                .chain([c])
        })
        .collect();
    format!("(\\m{literal}|\"{literal}\")\\.")
}
