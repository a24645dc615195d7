//! The words and rules of typed background jobs, without a database.
//!
//! A *job* is declared with [`macro@job`] on a function, which generates its *handle*: a type that implements [`Job`] and
//! submits work. An [`Executor`] keeps submitted jobs and sees that they run; `jobs-pg` has the one on Postgres, [`Memory`] is
//! one for tests. [`executor`] is for the authors of others.
//!
//! One job's way through this crate: handle → [`Submission`] → [`Executor::submit`] → [`dispatch`](dispatch::dispatch) →
//! the user's function → [`Outcome`] → [`SubmittedJob::output`].

mod context;
mod entity;
mod error;
pub mod executor;
mod extensions;
mod failure;
mod job;
mod job_error;
mod memory;
mod options;
mod start_after;
mod state;
mod submission;
mod submitted;
pub mod testing;

#[doc(hidden)]
pub mod private;

pub use context::{Cancellation, Context, JobInfo};
pub use entity::Entity;
pub use error::{Error, ErrorKind};
pub use executor::{
    Batch, BatchHandler, Enqueued, Executor, JobEnd, JobKey, JobSet, Outcome, Registered, Registry,
    Request, Run, current, dispatch, install, scope, store_output,
};
pub use extensions::Extensions;
pub use failure::Failure;
pub use job::{Declaration, Job, QueueSettings, Schedule, SourceLocation, WorkerSettings};
pub use job_error::JobError;
pub use jobs_macros::{Entity, job};
pub use jobs_rules as rules;
pub use jobs_rules::{QueuePolicy, Unit};
pub use memory::Memory;
pub use options::{Group, IntoJobOptions, IntoSeconds, JobOptions, OptionValues};
pub use start_after::{IntoInstant, IntoStartAfter, IntoUnit, StartAfter};
pub use state::JobState;
pub use submission::{InputFrom, Inputs, Submission};
pub use submitted::SubmittedJob;
