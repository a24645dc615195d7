//! The words and rules of typed background jobs, without a database.
//!
//! A *job* is declared with [`macro@job`] on a function, which generates its *handle*: a type that implements [`Job`] and
//! submits work. An [`Executor`] keeps submitted jobs and sees that they run; `jobs-pg` has the one on Postgres, [`Memory`] is
//! one for tests.
//!
//! One job's way through this crate: handle → [`Submission`] → [`Executor::submit`] → [`dispatch`](dispatch::dispatch) →
//! the user's function → [`Outcome`] → [`SubmittedJob::output`].

mod batch;
mod context;
pub mod dispatch;
mod entity;
mod executor;
mod extensions;
mod failure;
mod handler;
mod job;
mod job_error;
mod memory;
mod outcome;
mod panic;
mod registry;
mod submission;
mod submitted;
pub mod testing;
mod thread;

#[doc(hidden)]
pub mod private;

pub use batch::{Batch, BatchHandler};
pub use context::{Cancellation, Context, JobInfo};
pub use entity::Entity;
pub use executor::{Executor, JobEnd, Request, current, install, scope};
pub use extensions::Extensions;
pub use failure::Failure;
pub use handler::Run;
pub use job::{Declaration, Job, QueueSettings, Schedule, SourceLocation, WorkerSettings};
pub use job_error::JobError;
pub use jobs_macros::{Entity, job};
pub use jobs_rules as rules;
pub use jobs_rules::{
    Enqueued, Error, ErrorKind, Group, IntoInstant, IntoJobOptions, IntoJobRefs, IntoSeconds,
    IntoStartAfter, IntoUnit, JobKey, JobOptions, JobRef, JobState, OptionValues, QueuePolicy,
    StartAfter, Unit, store_output,
};
pub use memory::Memory;
pub use outcome::{Outcome, UNDECODABLE_DELAY};
pub use registry::{JobSet, Registered, Registry};
pub use submission::{InputFrom, Inputs, Submission};
pub use submitted::SubmittedJob;
