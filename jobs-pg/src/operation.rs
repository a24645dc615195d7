//! The operations by hand: their options, filters and results. The operations themselves are methods of
//! [`Boss`], and so of [`PgBoss`](crate::PgBoss).

#[doc(inline)]
pub use pg_boss::{
    AffectedJobs, Aggregate, BamEntry, BamStatus, Boss, DependencyPage, Enqueued, FetchOptions,
    FindJobs, Flow, Import, ImportCount, ImportKind, ImportReport, Instance, IntoJobRefs,
    IntoQueueOptions, IntoScheduleOptions, JobKey, JobRef, JobUpdate, ListQueues, ListSchedules,
    Operation, Percentile, QueueDetails, QueueOptions, QueueStats, QueueStatsQuery, Redrive,
    RedrivePreview, RedriveResult, ScheduleDetails, ScheduleOptions, SchedulePreview, Skipped,
    SkippedReason, UpdateTarget, Updated, Warning,
};
