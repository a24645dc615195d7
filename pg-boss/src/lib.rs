//! pg-boss's protocol in Rust: its schema, version 46, its options and its operations.
//!
//! A [`Boss`] is the jobs of one schema. It works queues of which only Node programs know as well as one's own, and declares
//! nothing: the crate `jobs-pg` adds typed jobs and workers to it.
//!
//! [`Store`] is the layer below: one function a statement, for a program that drives a loop of its own.

#![cfg_attr(test, allow(clippy::unwrap_used, reason = "a test fails by panicking"))]

mod boss;
#[cfg(feature = "testing")]
mod clock;
pub mod connect;
pub mod error;
mod fetch;
mod find;
mod import;
pub mod jitter;
mod job_details;
mod json;
mod maintain;
mod operation;
mod page;
mod queue;
mod row_time;
mod schedule;
mod schema;
mod sealed;
mod settle;
mod statement;
mod store;
mod submit;
mod timestamp;
pub mod validate;

pub use boss::{Boss, BossSettings, Host, HostFuture};
pub use error::DatabaseError;
pub use fetch::FetchOptions;
pub use find::{DependencyPage, FindJobs, Parent};
pub use import::{Import, ImportCount, ImportKind, ImportReport, Skipped, SkippedReason};
pub use job_details::JobDetails;
pub use jobs_rules::{
    Enqueued, Error, ErrorKind, Group, IntoJobOptions, IntoJobRefs, JobKey, JobOptions, JobRef,
    JobState, QueuePolicy, StartAfter,
};
pub use json::Json;
pub use maintain::{
    Aggregate, BamEntry, BamStatus, Instance, Percentile, QueueStats, QueueStatsQuery, Warning,
};
pub use operation::Operation;
pub use queue::{IntoQueueOptions, ListQueues, QueueDetails, QueueOptions};
pub use schedule::{
    IntoScheduleOptions, ListSchedules, ScheduleDetails, ScheduleOptions, SchedulePreview,
};
pub use schema::{Schema, SchemaError};
pub use settle::{AffectedJobs, Redrive, RedrivePreview, RedriveResult};
pub use store::Store;
pub use submit::{Flow, JobUpdate, UpdateTarget, Updated};

/// The layer below the operations: one function a statement, all on [`Store`], for a program that drives a loop of its own.
pub mod protocol {
    #[cfg(feature = "testing")]
    pub use crate::clock::{ClockSpan, Move};
    pub use crate::fetch::{FetchRequest, Fetched, GroupLimit, Limits, QueueFetch};
    #[cfg(feature = "testing")]
    pub use crate::find::SubmittedRow;
    pub use crate::find::{JobFacts, JobFilter};
    pub use crate::maintain::{
        ClaimedQueue, Claims, Counts, Entry, History, OverdueAttempt, OverdueTable, QueueCount,
        Resolved, Rest, Signs, Span, StatisticsRow,
    };
    pub use crate::page::Page;
    pub use crate::queue::{OPTIONS_OF_JOBS, QueueRow, Removal};
    pub use crate::schedule::{
        CronClaim, DeclaredRow, NewSchedule, ScheduleChanges, ScheduleRow, Tick,
    };
    pub use crate::schema::catalog;
    pub use crate::settle::{Attempt, CANCELLED, DeadLetters, Failed, Fence, JobIds, Removed};
    pub use crate::statement::sql;
    pub use crate::store::{Store, with_timeout};
    pub use crate::submit::{Due, InsertError, Match, NewJob, Target, Upsert};
    pub use crate::timestamp::Timestamp;
}
