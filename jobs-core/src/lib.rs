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

mod context;
mod entity;
pub mod executor;
mod extensions;
mod failure;
mod job;
mod job_error;
mod memory;
mod submission;
mod submitted;
pub mod testing;

#[doc(hidden)]
pub mod private;

pub use context::{Context, JobInfo};
pub use entity::Entity;
pub use executor::{Executor, JobSet};
pub use failure::Failure;
pub use job::Job;
pub use job_error::JobError;
pub use jobs_macros::{Entity, job};
#[doc(inline)]
pub use jobs_rules::{
    Error, ErrorKind, Group, IntoInstant, IntoJobOptions, IntoSeconds, IntoStartAfter, IntoUnit,
    JobOptions, JobState, QueuePolicy, StartAfter, Unit,
};
pub use memory::Memory;
pub use submission::{Inputs, Submission};
pub use submitted::SubmittedJob;

// Short paths within this crate.
use executor::{
    Cancellation, Declaration, Enqueued, Extensions, JobEnd, JobKey, OptionValues, Outcome,
    Registered, Request, Run, SourceLocation, scope,
};
use jobs_rules::{IntoJobRefs, JobRef};
