//! Rows of the schema that are returned as they are: warnings, instances, index builds.

use chrono::{DateTime, Utc};
use serde_json::Value;
use uuid::Uuid;

/// A warning that a process with the option `persistWarnings` has stored.
#[derive(Debug, Clone, PartialEq, sqlx::FromRow)]
#[non_exhaustive]
pub struct Warning {
    /// Unique.
    pub id: Uuid,
    /// The kind of warning in pg-boss's spelling, such as `queue_backlog`.
    pub kind: String,
    /// The message, for people.
    pub message: String,
    /// Details, which depend on the kind.
    pub data: Option<Value>,
    /// When it was stored.
    pub created_on: DateTime<Utc>,
}

/// A process that has registered itself in the table of instances, with the columns of schema 46.
#[derive(Debug, Clone, PartialEq, sqlx::FromRow)]
#[non_exhaustive]
pub struct Instance {
    /// Unique. A process of this library gets a new one with each start.
    pub id: Uuid,
    /// The option `instanceName`. A process of this library that has none is named after its application.
    pub name: Option<String>,
    /// The name of its machine.
    pub host: String,
    /// Its process id.
    pub pid: i32,
    /// The version of pg-boss, or of this library.
    pub version: String,
    /// The version of Node, or `rust`.
    pub node_version: String,
    /// The name of its database connections.
    pub application_name: Option<String>,
    /// The time between two heartbeats, in seconds.
    pub heartbeat_seconds: i32,
    /// Whether it does maintenance.
    pub supervise: bool,
    /// Whether it fires schedules.
    pub schedule: bool,
    /// Whether it may install the schema.
    pub migrate: bool,
    /// Whether it stores statistics of queues.
    pub persist_queue_stats: bool,
    /// Whether it stores warnings.
    pub persist_warnings: bool,
    /// The maximum number of connections of its pool.
    pub pool_max: Option<i32>,
    /// The number of connections of its pool.
    pub pool_total: Option<i32>,
    /// The number of idle connections.
    pub pool_idle: Option<i32>,
    /// The number of tasks that wait for a connection.
    pub pool_waiting: Option<i32>,
    /// The queues whose jobs it runs: an array of objects, in pg-boss's spelling.
    pub workers: Value,
    /// Its use of memory and CPU, if it measures them.
    pub metrics: Option<Value>,
    /// Its options, in pg-boss's spelling.
    pub config: Value,
    /// How often in a row it ended without being stopped; only pg-boss counts this.
    pub crash_restarts: i32,
    /// When the first of these ends was.
    pub crash_restarts_since: Option<DateTime<Utc>>,
    /// When it was started.
    pub started_on: DateTime<Utc>,
    /// The last heartbeat.
    pub heartbeat_on: DateTime<Utc>,
    /// When it was stopped; `None` if it runs, or ended without being stopped.
    pub stopped_on: Option<DateTime<Utc>>,
    /// Whether it was not stopped, and sent a heartbeat within the time of three.
    pub live: bool,
}

/// An index build that a migration of pg-boss has deferred. pg-boss does the build; this library only shows it.
#[derive(Debug, Clone, PartialEq, sqlx::FromRow)]
#[non_exhaustive]
pub struct BamEntry {
    /// Unique.
    pub id: Uuid,
    /// The name of the step.
    pub name: String,
    /// The version of the schema that it belongs to.
    pub version: i32,
    /// `pending`, `in_progress`, `completed` or `failed`.
    pub status: String,
    /// The queue whose table it is for; `None` for the common table.
    pub queue: Option<String>,
    /// The table's name.
    pub table_name: String,
    /// The SQL statement.
    pub command: String,
    /// Why it failed, if it did.
    pub error: Option<String>,
    /// When it was deferred.
    pub created_on: DateTime<Utc>,
    /// When it began.
    pub started_on: Option<DateTime<Utc>>,
    /// When it ended.
    pub completed_on: Option<DateTime<Utc>>,
}

/// The number of index builds with one status.
#[derive(Debug, Clone, PartialEq, sqlx::FromRow)]
#[non_exhaustive]
pub struct BamStatus {
    /// `pending`, `in_progress`, `completed` or `failed`.
    pub status: String,
    /// The number of index builds.
    pub count: i64,
    /// When the newest of them was deferred.
    pub last_created_on: DateTime<Utc>,
}
