//! Typed background jobs on Postgres, in the tables of pg-boss.
//!
//! ```no_run
//! use jobs_pg::prelude::*;
//!
//! /// Says hello.
//! #[job(executor = PgBoss)]
//! async fn greet(name: String) -> Result<String, JobError> {
//!     Ok(format!("Hello {name}!"))
//! }
//!
//! #[tokio::main]
//! async fn main() -> Result<(), jobs_pg::Error> {
//!     let boss = PgBoss::from_env().await?;
//!     boss.start().await?;
//!     let submitted = Greet::submit("Tony".into()).await?;
//!     println!("{}", submitted.output().await?);
//!     boss.stop().await
//! }
//! ```
//!
//! [`macro@job`] generates a handle for the function, [`PgBoss`] keeps the jobs and runs them. The schema is that of pg-boss
//! 12.38, so Node programs and this one share queues, schedules and jobs.

#![cfg_attr(test, allow(clippy::unwrap_used, reason = "a test fails by panicking"))]

#[cfg(feature = "embedded")]
pub mod embedded;

mod admin;
mod backoff;
mod boss;
mod builder;
mod config;
mod connect;
mod crash;
mod entities;
mod error;
#[allow(
    hidden_glob_reexports,
    reason = "`jobs_core::executor` is for the authors of executors"
)]
mod executor;
mod health;
mod import;
mod jitter;
mod job_ext;
mod job_ref;
mod json;
mod operation;
mod outage;
mod preview;
mod provision;
mod row_time;
mod schema;
mod store;
mod supervise;
mod task;
pub mod testing;
mod validate;
mod worker;

pub use admin::{BamEntry, BamStatus, Instance, Warning};
pub use boss::{Installed, PG_BOSS_EXECUTOR_NAME, PgBoss};
pub use builder::PgBossBuilder;
pub use entities::{Connection, Connections, ReadRow, Table, TableRow, Values};
pub use error::DatabaseError;
pub use health::Unhealthy;
pub use import::{Import, ImportCount, ImportKind, ImportReport, Skipped, SkippedReason};
pub use job_ext::{JobDetails, JobState, PgBossExt, PgBossJob, PgBossSubmission};
pub use job_ref::{IntoJobRefs, JobRef};
pub use jobs_core::*;
pub use json::Json;
pub use operation::{
    AffectedJobs, DependencyPage, FetchOptions, FindJobs, Flow, IntoQueueOptions,
    IntoScheduleOptions, JobUpdate, ListQueues, ListSchedules, Operation, QueueDetails,
    QueueOptions, Redrive, RedrivePreview, RedriveResult, ScheduleDetails, ScheduleOptions,
    UpdateTarget, Updated,
};
pub use operation::{Aggregate, Percentile, QueueStats, QueueStatsQuery};
pub use preview::SchedulePreview;
pub use schema::{Schema, SchemaError};

#[doc(hidden)]
pub use jobs_core::private;

/// What a program that declares and submits jobs needs.
pub mod prelude {
    pub use crate::{
        Context, Entity, JobError, JobOptions, PG_BOSS_EXECUTOR_NAME, PgBoss, PgBossExt,
        PgBossSubmission, SubmittedJob, Unit, job,
    };
}
