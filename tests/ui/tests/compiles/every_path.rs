//! The paths at which programs find what they use.

#![allow(unused_imports, reason = "that they are found is the test")]

mod of_a_program {
    pub(super) use jobs_pg::prelude::*;
    pub(super) use jobs_pg::{
        Connection, Connections, Context, DatabaseError, Entity, Error, ErrorKind, Executor,
        Failure, Installed, Job, JobDetails, JobError, JobInfo, JobOptions, JobSet, JobState, Json,
        Memory, PG_BOSS_EXECUTOR_NAME, PgBoss, PgBossBuilder, PgBossExt, PgBossJob,
        PgBossSubmission, QueuePolicy, SchemaError, StartAfter, Submission, SubmittedJob, Table,
        Unhealthy, Unit, job,
    };
}

mod by_hand {
    pub(super) use jobs_pg::operation::{
        FetchOptions, FindJobs, Flow, Import, JobRef, JobUpdate, ListQueues, ListSchedules,
        Operation, QueueOptions, Redrive, ScheduleOptions, SchedulePreview,
    };
}

mod in_tests {
    pub(super) use jobs_pg::testing::{Ran, Submitted, assert_not_submitted, assert_submitted};
}

/// An author of executors needs the same of either crate.
mod of_an_executor {
    pub(super) mod core {
        pub(crate) use jobs_core::executor::{
            Batch, Cancellation, Declaration, Enqueued, Executor, Extensions, JobEnd, JobKey,
            OptionValues, Outcome, Registered, Registry, Request, Run, current, dispatch,
            dispatch_all, dispatch_batch, install, scope, store_output,
        };
    }
    pub(super) mod pg {
        pub(crate) use jobs_pg::executor::{
            Batch, Cancellation, Declaration, Enqueued, Executor, Extensions, JobEnd, JobKey,
            OptionValues, Outcome, ReadRow, Registered, Registry, Request, Run, TableRow, Values,
            current, dispatch, dispatch_all, dispatch_batch, install, scope, store_output,
        };
    }
}

#[test]
fn both_crates_have_the_same_types() {
    fn same<T>(_: fn(T), _: fn(T)) {}
    same::<of_a_program::JobOptions>(|_: jobs_core::JobOptions| {}, |_: jobs_pg::JobOptions| {});
    same(
        |_: of_an_executor::core::Request| {},
        |_: of_an_executor::pg::Request| {},
    );
    same(|_: by_hand::JobRef| {}, |_: jobs_pg::operation::JobRef| {});
    same(|_: in_tests::Ran| {}, |_: jobs_core::testing::Ran| {});
}
