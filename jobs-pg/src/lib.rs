// Links of the README to files of the repository lead to pages of this documentation: the first definition of a link counts.
#![doc = "[docs/roles.md]: roles"]
#![doc = ""]
#![doc = include_str!("../README.md")]
//! ## Modules
//!
//! Programs that declare and submit jobs need the [`prelude`], and the types at the root. [`operation`] has the options, filters and
//! results of the operations by hand, `testing` (feature `testing`) what tests need, `embedded` (feature `embedded`) a private
//! Postgres, and [`executor`] what authors of executors and of data layers need.

#![cfg_attr(test, allow(clippy::unwrap_used, reason = "a test fails by panicking"))]

#[cfg(doc)]
#[doc = include_str!("../roles.md")]
pub mod roles {}

mod backoff;
mod boss;
mod builder;
mod config;
mod connect;
mod crash;
mod declared;
mod entities;
pub mod executor;
mod explain;
mod health;
mod hints;
mod job_ext;
mod namespace;
mod on_demand;
pub mod operation;
mod outage;
mod pausing;
mod provision;
mod sealed;
mod signals;
mod stop_limit;
mod store;
mod supervise;
mod task;
#[cfg(feature = "testing")]
pub mod testing;
mod wakeups;
mod worker;

pub use boss::{Installed, PG_BOSS_EXECUTOR_NAME, PgBoss};
pub use builder::PgBossBuilder;
pub use entities::{Connection, Connections, Table};
pub use explain::{Cause, Explanation};
pub use health::Unhealthy;
pub use job_ext::{PgBossExt, PgBossFlow, PgBossJob, PgBossSubmission};
#[doc(inline)]
pub use jobs_core::{
    Context, Entity, Error, ErrorKind, Executor, Failure, Group, Inputs, IntoInstant,
    IntoJobOptions, IntoSeconds, IntoStartAfter, IntoUnit, Job, JobError, JobInfo, JobOptions,
    JobSet, JobState, Memory, QueuePolicy, StartAfter, Submission, SubmittedJob, Unit, job,
};
#[cfg(feature = "embedded")]
#[doc(inline)]
pub use jobs_embedded as embedded;
pub use pausing::PgBossQueue;
#[doc(inline)]
pub use pg_boss::{DatabaseError, JobDetails, Json, Parent, SchemaError};

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
        PgBossFlow, PgBossQueue, PgBossSubmission, SubmittedJob, Unit, job,
    };
}
