// Links of the README to files of the repository lead to pages of this documentation: the first definition of a link counts.
#![doc = "[docs/roles.md]: roles"]
#![doc = ""]
#![doc = include_str!("../README.md")]
//! ## Cargo features
//!
//! | feature | default | |
//! |---|---|---|
//! | `embedded` | off | the module `embedded`: a private Postgres server for development and tests, which [`PgBoss::from_env`] starts if no database is named |
//!
//! ## Modules
//!
//! Programs that declare and submit jobs need the [`prelude`], and the types at the root. [`operation`] has the options, filters and
//! results of the operations by hand, [`testing`] the assertions for tests, and [`executor`] what authors of executors and of data
//! layers need.

#![cfg_attr(test, allow(clippy::unwrap_used, reason = "a test fails by panicking"))]

#[cfg(feature = "embedded")]
pub mod embedded;
#[cfg(doc)]
#[doc = include_str!("../roles.md")]
pub mod roles {}

mod admin;
mod backoff;
mod boss;
mod builder;
mod config;
mod connect;
mod crash;
mod entities;
mod error;
pub mod executor;
mod health;
mod import;
mod jitter;
mod job_ext;
mod job_ref;
mod json;
pub mod operation;
mod outage;
mod preview;
mod provision;
mod row_time;
mod schema;
mod sealed;
mod store;
mod supervise;
mod task;
pub mod testing;
mod validate;
mod worker;

pub use boss::{Installed, PG_BOSS_EXECUTOR_NAME, PgBoss};
pub use builder::PgBossBuilder;
pub use entities::{Connection, Connections, Table};
pub use error::DatabaseError;
pub use health::Unhealthy;
pub use job_ext::{JobDetails, PgBossExt, PgBossJob, PgBossSubmission};
#[doc(inline)]
pub use jobs_core::{
    Context, Entity, Error, ErrorKind, Executor, Failure, Group, Inputs, IntoInstant,
    IntoJobOptions, IntoSeconds, IntoStartAfter, IntoUnit, Job, JobError, JobInfo, JobOptions,
    JobSet, JobState, Memory, QueuePolicy, StartAfter, Submission, SubmittedJob, Unit, job,
};
pub use json::Json;
pub use schema::SchemaError;

/// What generated code uses. Not for other code, and not stable.
#[doc(hidden)]
pub mod private {
    pub use crate::Table;
    pub use crate::executor::{TableRow, Values};
    pub use jobs_core::private::*;
}

/// Everything that a program needs to declare and submit jobs.
pub mod prelude {
    pub use crate::{
        Context, Entity, JobError, JobOptions, PG_BOSS_EXECUTOR_NAME, PgBoss, PgBossExt,
        PgBossSubmission, SubmittedJob, Unit, job,
    };
}
