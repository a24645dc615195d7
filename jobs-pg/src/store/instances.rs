//! The processes that share the schema, as they enter themselves, and what pg-boss's migrations left for later.

use chrono::{DateTime, Utc};
use serde_json::Value;
use sqlx::PgConnection;
use uuid::Uuid;

use super::{Store, sql};
use crate::admin::{BamEntry, BamStatus, Instance};

/// What a process says of itself when it enters.
#[derive(Debug)]
pub(crate) struct Entry {
    pub(crate) id: Uuid,
    pub(crate) name: String,
    pub(crate) host: String,
    pub(crate) pid: i32,
    pub(crate) version: String,
    /// Stands where Node's version does.
    pub(crate) runtime: &'static str,
    pub(crate) heartbeat_seconds: i32,
    pub(crate) supervise: bool,
    pub(crate) schedule: bool,
    pub(crate) migrate: bool,
    pub(crate) persist_queue_stats: bool,
    pub(crate) persist_warnings: bool,
    pub(crate) pool_max: i32,
    pub(crate) config: Value,
}

/// What it says with every sign of life.
#[derive(Debug)]
pub(crate) struct Signs {
    pub(crate) pool_size: i32,
    pub(crate) pool_idle: i32,
    pub(crate) workers: Value,
    /// When it entered; nothing: now.
    pub(crate) started_on: Option<DateTime<Utc>>,
}

impl Store {
    /// Enters this process, or tells that it lives; answers when it was entered.
    pub(crate) async fn enter_instance(
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
            .fetch_one(&self.pool)
            .await
    }

    /// Notes that an instance has ended in order.
    pub(crate) async fn end_instance(&self, id: Uuid) -> sqlx::Result<()> {
        sqlx::query(sql(&self.statements.end_instance))
            .bind(id)
            .execute(&self.pool)
            .await
            .map(drop)
    }

    /// The instances, the oldest first.
    pub(crate) async fn find_instances(
        &self,
        connection: &mut PgConnection,
        at_most: i64,
    ) -> sqlx::Result<Vec<Instance>> {
        sqlx::query_as(sql(&self.statements.find_instances))
            .bind(at_most)
            .fetch_all(connection)
            .await
    }

    /// Removes instances that nobody needs to see any more; of those of one name, all but the newest.
    pub(crate) async fn prune_instances(&self, name: Option<&str>) -> sqlx::Result<()> {
        sqlx::query(sql(&self.statements.prune_instances))
            .bind(name)
            .execute(&self.pool)
            .await
            .map(drop)
    }

    /// The index builds that were left for later.
    pub(crate) async fn find_bam(
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
    pub(crate) async fn count_bam(
        &self,
        connection: &mut PgConnection,
    ) -> sqlx::Result<Vec<BamStatus>> {
        sqlx::query_as(sql(&self.statements.count_bam))
            .fetch_all(connection)
            .await
    }
}
