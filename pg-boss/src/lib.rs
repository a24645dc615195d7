//! pg-boss's protocol in Rust: its schema, version 46, its options and its operations.
//!
//! A [`Boss`] is the jobs of one schema. It works queues of which only Node programs know as well as one's own, and declares
//! nothing: the crate `jobs-pg` adds typed jobs and workers to it.
//!
//! [`Store`] is the layer below: one function a statement, for a program that drives a loop of its own.

#![cfg_attr(test, allow(clippy::unwrap_used, reason = "a test fails by panicking"))]

mod admin;
mod boss;
mod details;
pub mod error;
mod import;
pub mod jitter;
mod json;
mod operation;
mod preview;
mod row_time;
mod schema;
pub mod store;
pub mod validate;

pub use admin::{BamEntry, BamStatus, Instance, Warning};
pub use boss::{Boss, BossSettings, Host, HostFuture};
pub use details::JobDetails;
pub use error::DatabaseError;
pub use import::{Import, ImportCount, ImportKind, ImportReport, Skipped, SkippedReason};
pub use jobs_rules::{
    Enqueued, Error, ErrorKind, Group, IntoJobOptions, IntoJobRefs, JobKey, JobOptions, JobRef,
    JobState, QueuePolicy, StartAfter,
};
pub use json::Json;
pub use operation::{
    AffectedJobs, Aggregate, DependencyPage, FetchOptions, FindJobs, Flow, IntoQueueOptions,
    IntoScheduleOptions, JobUpdate, ListQueues, ListSchedules, Operation, Percentile, QueueDetails,
    QueueOptions, QueueStats, QueueStatsQuery, Redrive, RedrivePreview, RedriveResult,
    ScheduleDetails, ScheduleOptions, UpdateTarget, Updated,
};
pub use preview::SchedulePreview;
pub use schema::{Schema, SchemaError};
pub use store::Store;
