//! One call of a job's function, from the fetched rows to the settler.

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use jobs_core::executor::dispatch_all;
use jobs_core::executor::{Outcome, Run};
use jobs_core::{Failure, JobInfo};

use super::leases::Lease;
use super::slots::Slot;
use super::{QueueWorker, Shared};
use crate::store::{Fetched, Timestamp};

/// Runs the fetched jobs of one call: one, or a batch. The slot is free again, and every lease that the settler did not get ends,
/// when this returns, panics or is dropped.
pub(crate) async fn run(shared: Arc<Shared>, slot: Slot, worker: QueueWorker, jobs: Vec<Fetched>) {
    let mut leases = Vec::with_capacity(jobs.len());
    let mut runs = Vec::with_capacity(jobs.len());
    for job in jobs {
        let (lease, run) = begin(&shared, &worker, job);
        match run {
            Ok(run) => {
                leases.push(lease);
                runs.push(run);
            }
            Err(failure) => shared.settle(lease, Outcome::Fatal(failure)).await,
        }
    }
    let outcomes = tokio::select! {
        outcomes = dispatch_all(worker.job, runs) => outcomes,
        () = shared.release.cancelled() => vec![Outcome::Released; leases.len()],
    };
    for (lease, outcome) in leases.into_iter().zip(outcomes) {
        shared.settle(lease, outcome).await;
    }
    drop(slot);
}

/// Holds the attempt, and prepares its run.
fn begin(shared: &Shared, worker: &QueueWorker, job: Fetched) -> (Lease, Result<Run, Failure>) {
    let lease = shared.leases.hold(&job);
    let run = describe(worker, job).map(|(info, input)| {
        let boss = shared.boss.clone();
        let provided = boss.provided().clone();
        Run::new(boss, info, input, provided)
            .cancelled_by(lease.cancellation.clone())
            .watched_by(lease.polls.clone())
            .stopped_by(shared.announced.clone())
    });
    (lease, run)
}

/// What a function sees of its job, and its input.
///
/// # Errors
/// If the row has a time that cannot be expressed.
pub(super) fn describe(
    worker: &QueueWorker,
    job: Fetched,
) -> Result<(JobInfo, Option<String>), Failure> {
    let unsigned = |number: i32| u32::try_from(number).unwrap_or(0);
    let created_on = instant("created_on", job.created_on)?;
    let mut info = JobInfo::new(job.id, Arc::clone(&worker.job_name), created_on);
    info.queue = Arc::clone(&worker.name);
    info.attempt = unsigned(job.retry_count).saturating_add(1);
    info.retry_limit = unsigned(job.retry_limit);
    info.priority = job.priority;
    info.start_after = instant("start_after", job.start_after)?;
    info.started_on = instant("started_on", job.started_on)?;
    info.expire_in = Duration::from_secs(unsigned(job.expire_seconds).into());
    info.singleton_key = job.singleton_key;
    Ok((info, job.data))
}

fn instant(column: &str, timestamp: Timestamp) -> Result<DateTime<Utc>, Failure> {
    timestamp.to_utc().ok_or_else(|| {
        let message = format!("the job cannot run: its `{column}` is infinite or out of range");
        Failure::new("BadRow", message)
    })
}
