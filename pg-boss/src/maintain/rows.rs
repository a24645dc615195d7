//! Rows of the schema that are shown as they stand: warnings, instances, index builds.

use chrono::{DateTime, Utc};
use serde_json::Value;
use uuid::Uuid;

/// A warning that a process with the option `persistWarnings` has kept.
#[derive(Debug, Clone, PartialEq, sqlx::FromRow)]
#[non_exhaustive]
pub struct Warning {
    /// Unique.
    pub id: Uuid,
    /// What it is about, such as `queue_backlog`, in pg-boss's spelling.
    pub kind: String,
    /// For people.
    pub message: String,
    /// The particulars; the members depend on the kind.
    pub data: Option<Value>,
    /// When it was given.
    pub created_on: DateTime<Utc>,
}

/// One process that has entered itself into the table of instances, by the columns of schema 46.
#[derive(Debug, Clone, PartialEq, sqlx::FromRow)]
#[non_exhaustive]
pub struct Instance {
    /// Unique. A process of this library has a new one with each start.
    pub id: Uuid,
    /// The option `instanceName`. A process of this library that has none is named after its application.
    pub name: Option<String>,
    /// The machine.
    pub host: String,
    /// The process there.
    pub pid: i32,
    /// The version of pg-boss, or of this library.
    pub version: String,
    /// The version of Node, or `rust`.
    pub node_version: String,
    /// What its database connections are named.
    pub application_name: Option<String>,
    /// Seconds between two signs of life.
    pub heartbeat_seconds: i32,
    /// Whether it does the maintenance.
    pub supervise: bool,
    /// Whether it fires schedules.
    pub schedule: bool,
    /// Whether it may install the schema.
    pub migrate: bool,
    /// Whether it keeps the statistics of queues.
    pub persist_queue_stats: bool,
    /// Whether it keeps warnings.
    pub persist_warnings: bool,
    /// The most connections of its pool.
    pub pool_max: Option<i32>,
    /// The connections of its pool.
    pub pool_total: Option<i32>,
    /// Those that are idle.
    pub pool_idle: Option<i32>,
    /// How many wait for one.
    pub pool_waiting: Option<i32>,
    /// The queues that it works: an array of objects, in pg-boss's spelling.
    pub workers: Value,
    /// Its use of the machine, where it measures that.
    pub metrics: Option<Value>,
    /// Its options, in pg-boss's spelling.
    pub config: Value,
    /// How often in a row it ended without saying so; only pg-boss counts this.
    pub crash_restarts: i32,
    /// Since when.
    pub crash_restarts_since: Option<DateTime<Utc>>,
    /// When it was started.
    pub started_on: DateTime<Utc>,
    /// The last sign of life.
    pub heartbeat_on: DateTime<Utc>,
    /// When it was stopped in order.
    pub stopped_on: Option<DateTime<Utc>>,
    /// Whether it was not stopped, and gave a sign of life within the time of three.
    pub live: bool,
}

/// An index build that a migration of pg-boss left for later. pg-boss does it; this library only shows it.
#[derive(Debug, Clone, PartialEq, sqlx::FromRow)]
#[non_exhaustive]
pub struct BamEntry {
    /// Unique.
    pub id: Uuid,
    /// What it is.
    pub name: String,
    /// The version of the schema that it belongs to.
    pub version: i32,
    /// `pending`, `in_progress`, `completed` or `failed`.
    pub status: String,
    /// The queue whose table it is for; nothing for the common one.
    pub queue: Option<String>,
    /// The table.
    pub table_name: String,
    /// The SQL.
    pub command: String,
    /// Why it failed.
    pub error: Option<String>,
    /// When it was left.
    pub created_on: DateTime<Utc>,
    /// When it was begun.
    pub started_on: Option<DateTime<Utc>>,
    /// When it ended.
    pub completed_on: Option<DateTime<Utc>>,
}

/// How many index builds have one status.
#[derive(Debug, Clone, PartialEq, sqlx::FromRow)]
#[non_exhaustive]
pub struct BamStatus {
    /// `pending`, `in_progress`, `completed` or `failed`.
    pub status: String,
    /// How many.
    pub count: i64,
    /// When the newest of them was left.
    pub last_created_on: DateTime<Utc>,
}
