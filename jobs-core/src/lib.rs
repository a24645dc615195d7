//! Typed background jobs: what every executor shares, without a database.
//!
//! The attribute [`macro@job`] on a function generates the job's *handle*: a type that implements [`Job`] and submits the job.
//! An [`Executor`] stores submitted jobs and runs them. The crate `jobs-pg` has one on Postgres and re-exports what its users
//! need from here; [`Memory`] is an executor for tests.
//!
//! This crate alone is for libraries that declare jobs for an executor of another crate, and for authors of executors, who find
//! what they need in [`executor`].
//!
//! The path of one job: handle → [`Submission`] → [`Executor::submit`] → [`executor::dispatch`] → the function →
//! [`Outcome`] → [`SubmittedJob::output`].

mod batch;
mod context;
mod dispatch;
mod entity;
mod error;
pub mod executor;
mod extensions;
mod failure;
mod handler;
mod job;
mod job_error;
mod memory;
mod options;
mod outcome;
mod panic;
mod registry;
mod sealed;
mod start_after;
mod state;
mod submission;
mod submitted;
pub mod testing;
mod thread;

#[doc(hidden)]
pub mod private;

pub use context::{Context, JobInfo};
pub use entity::Entity;
pub use error::{Error, ErrorKind};
pub use executor::Executor;
pub use failure::Failure;
pub use job::Job;
pub use job_error::JobError;
pub use jobs_macros::{Entity, job};
pub use jobs_rules::{QueuePolicy, Unit};
pub use memory::Memory;
pub use options::{Group, IntoJobOptions, IntoSeconds, JobOptions};
pub use registry::JobSet;
pub use start_after::{IntoInstant, IntoStartAfter, IntoUnit, StartAfter};
pub use state::JobState;
pub use submission::{Inputs, Submission};
pub use submitted::SubmittedJob;

// The storage of jobs-pg imports these from here.
#[doc(hidden)]
pub use executor::{Declaration, Enqueued, JobKey, OptionValues, Registry, Request};
#[doc(hidden)]
pub use jobs_rules as rules;

// Short paths within this crate.
use executor::{Cancellation, Extensions, JobEnd, Outcome, Registered, Run, SourceLocation, scope};
