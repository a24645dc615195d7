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

mod backoff;
mod boss;
mod builder;
mod config;
mod connect;
mod crash;
mod declared;
mod entities;
mod executor;
mod health;
mod job_ext;
mod on_demand;
mod outage;
mod provision;
mod store;
mod supervise;
mod task;
#[cfg(feature = "testing")]
pub mod testing;
mod wakeups;
mod worker;

pub use boss::{Installed, PG_BOSS_EXECUTOR_NAME, PgBoss};
pub use builder::PgBossBuilder;
pub use entities::{Connection, Connections, ReadRow, Table, TableRow, Values};
pub use health::Unhealthy;
pub use job_ext::{PgBossExt, PgBossFlow, PgBossJob, PgBossSubmission};
pub use jobs_core::*;
pub use pg_boss::{
    AffectedJobs, Aggregate, BamEntry, BamStatus, DatabaseError, DependencyPage, FetchOptions,
    FindJobs, Flow, Import, ImportCount, ImportKind, ImportReport, Instance, IntoQueueOptions,
    IntoScheduleOptions, JobDetails, JobUpdate, Json, ListQueues, ListSchedules, Operation,
    Percentile, QueueDetails, QueueOptions, QueueStats, QueueStatsQuery, Redrive, RedrivePreview,
    RedriveResult, ScheduleDetails, ScheduleOptions, SchedulePreview, Schema, SchemaError, Skipped,
    SkippedReason, UpdateTarget, Updated, Warning,
};

#[doc(hidden)]
pub use jobs_core::private;

/// What a program that declares and submits jobs needs.
pub mod prelude {
    pub use crate::{
        Context, Entity, JobError, JobOptions, PG_BOSS_EXECUTOR_NAME, PgBoss, PgBossExt,
        PgBossFlow, PgBossSubmission, SubmittedJob, Unit, job,
    };
}
