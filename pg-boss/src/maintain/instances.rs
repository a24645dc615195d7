//! The processes that share the schema, as they enter themselves, and what pg-boss's migrations left for later.

use chrono::{DateTime, Utc};
use serde_json::Value;
use sqlx::PgConnection;
use uuid::Uuid;

use crate::maintain::{BamEntry, BamStatus, Instance};
use crate::statement::sql;
use crate::store::Store;

/// What a process says of itself when it enters.
#[derive(Debug)]
#[expect(
    missing_docs,
    reason = "each field is what its name says, mostly a column"
)]
pub struct Entry {
    pub id: Uuid,
    pub name: String,
    pub host: String,
    pub pid: i32,
    pub version: String,
    /// Stands where Node's version does.
    pub runtime: &'static str,
    pub heartbeat_seconds: i32,
    pub supervise: bool,
    pub schedule: bool,
    pub migrate: bool,
    pub persist_queue_stats: bool,
    pub persist_warnings: bool,
    pub pool_max: i32,
    pub config: Value,
}

/// What it says with every heartbeat.
#[derive(Debug)]
#[expect(
    missing_docs,
    reason = "each field is what its name says, mostly a column"
)]
pub struct Signs {
    pub pool_size: i32,
    pub pool_idle: i32,
    pub workers: Value,
    /// When it entered; nothing: now.
    pub started_on: Option<DateTime<Utc>>,
}

impl Store {
    /// Enters this process, or tells that it lives; answers when it was entered.
    pub async fn enter_instance(
        &self,
        entry: &Entry,
        signs: &Signs,
    ) -> sqlx::Result<DateTime<Utc>> {
        sqlx::query_scalar(sql(&self.statements.enter_instance))
            .bind(entry.id)
            .bind(&entry.name)
            .bind(&entry.host)
            .bind(entry.pid)
            .bind(&entry.version)
            .bind(entry.runtime)
            .bind(entry.heartbeat_seconds)
            .bind(entry.supervise)
            .bind(entry.schedule)
            .bind(entry.migrate)
            .bind(entry.persist_queue_stats)
            .bind(entry.persist_warnings)
            .bind(entry.pool_max)
            .bind(signs.pool_size)
            .bind(signs.pool_idle)
            .bind(signs.workers.to_string())
            .bind(entry.config.to_string())
            .bind(signs.started_on)
            .fetch_one(&mut *self.connection().await?)
            .await
    }

    /// Notes that an instance has ended in order.
    pub async fn end_instance(&self, id: Uuid) -> sqlx::Result<()> {
        sqlx::query(sql(&self.statements.end_instance))
            .bind(id)
            .execute(&mut *self.connection().await?)
            .await
            .map(drop)
    }

    /// The instances, the oldest first.
    pub async fn find_instances(
        &self,
        connection: &mut PgConnection,
        at_most: i64,
    ) -> sqlx::Result<Vec<Instance>> {
        sqlx::query_as(sql(&self.statements.find_instances))
            .bind(at_most)
            .fetch_all(connection)
            .await
    }

    /// Removes instances that are no longer of interest; of those of one name, all but the newest.
    pub async fn prune_instances(&self, name: Option<&str>) -> sqlx::Result<()> {
        sqlx::query(sql(&self.statements.prune_instances))
            .bind(name)
            .execute(&mut *self.connection().await?)
            .await
            .map(drop)
    }

    /// The index builds that were left for later.
    pub async fn find_bam(
        &self,
        connection: &mut PgConnection,
        at_most: i64,
    ) -> sqlx::Result<Vec<BamEntry>> {
        sqlx::query_as(sql(&self.statements.find_bam))
            .bind(at_most)
            .fetch_all(connection)
            .await
    }

    /// How many index builds are in each status.
    pub async fn count_bam(&self, connection: &mut PgConnection) -> sqlx::Result<Vec<BamStatus>> {
        sqlx::query_as(sql(&self.statements.count_bam))
            .fetch_all(connection)
            .await
    }
}
