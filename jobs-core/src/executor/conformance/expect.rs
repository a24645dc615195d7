//! What the checks share: submitting, driving and comparing.

use std::error::Error as StdError;
use std::fmt::Debug;

use chrono::TimeDelta;
use serde_json::Value;

use super::jobs::{Jobs, Script};
use super::{DELAY, Subject};
use crate::{
    Error, ErrorKind, Executor, Failure, Job, JobInfo, JobOptions, Request, StartAfter, Submission,
    SubmittedJob,
};

pub(super) type Reason = Box<dyn StdError>;
pub(super) type Checked<T = ()> = Result<T, Reason>;
pub(super) type Acts<S> = <<S as Subject>::Jobs as Jobs>::Acts;
pub(super) type Blocks<S> = <<S as Subject>::Jobs as Jobs>::Blocks;
pub(super) type Batches<S> = <<S as Subject>::Jobs as Jobs>::Batches;
pub(super) type Declares<S> = <<S as Subject>::Jobs as Jobs>::Declares;
pub(super) type Buried<S> = <<S as Subject>::Jobs as Jobs>::Buried;
pub(super) type Exclusive<S> = <<S as Subject>::Jobs as Jobs>::Exclusive;
pub(super) type Submits<S> = <<S as Subject>::Jobs as Jobs>::Submits;

/// Begins a submission to the subject.
pub(super) fn to<J: Job>(
    subject: &impl Subject<Jobs: Jobs<Executor = J::Executor>>,
) -> Submission<J> {
    Submission::new().on(subject.executor())
}

/// A request as a submission makes it.
pub(super) fn request<J: Job>(script: &Script, options: JobOptions) -> Checked<Request> {
    Ok(Request {
        declaration: J::declaration(),
        input: Some(serde_json::to_string(script)?),
        start_after: StartAfter::Now,
        options: options.over(&J::declaration().options),
    })
}

/// Fails the check unless both are equal.
pub(super) fn equal<T: PartialEq + Debug>(what: &str, found: T, expected: T) -> Checked {
    match found == expected {
        true => Ok(()),
        false => Err(format!("{what}: expected {expected:?}, found {found:?}").into()),
    }
}

/// Fails the check unless the time is at least this long, and less than [`DELAY`] longer: a subject may be on real time.
pub(super) fn lasts(what: &str, time: TimeDelta, expected: std::time::Duration) -> Checked {
    let time = time.to_std().unwrap_or_default();
    match (expected..expected + DELAY).contains(&time) {
        true => Ok(()),
        false => Err(format!("{what}: expected {expected:?}, found {time:?}").into()),
    }
}

/// Returns the attempts that a script has had, after a check that there were `expected`.
pub(super) fn attempts(script: &Script, expected: usize) -> Checked<Vec<JobInfo>> {
    let attempts = script.attempts();
    equal("attempts", attempts.len(), expected)?;
    Ok(attempts)
}

/// How the second of two attempts came after the first.
pub(super) fn waited(attempts: &[JobInfo], delay: std::time::Duration) -> Checked {
    let [.., before, after] = attempts else {
        return Err("there were no two attempts".into());
    };
    lasts(
        "the wait for the next attempt",
        after.start_after - before.started_on,
        delay,
    )?;
    equal(
        "begun when it is due",
        after.started_on >= after.start_after,
        true,
    )
}

/// The output of a job that has completed.
pub(super) async fn completed<J: Job<Output = Value>>(
    job: &SubmittedJob<J>,
    output: Value,
) -> Checked {
    equal("the output", job.output().await?, output)
}

/// The failure of a job that has failed for good.
pub(super) async fn failed<J: Job>(job: &SubmittedJob<J>) -> Checked<Failure> {
    reason(job, ErrorKind::Failed).await
}

/// The reason that the error of a job's output gives, which must be of this kind.
pub(super) async fn reason<J: Job>(job: &SubmittedJob<J>, kind: ErrorKind) -> Checked<Failure> {
    let error: Error = match job.output().await {
        Ok(_) => {
            return Err(format!("expected an error of the kind {kind:?}, found an output").into());
        }
        Err(error) => error,
    };
    equal("the kind of the error", error.kind(), kind)?;
    let reason = error
        .source()
        .and_then(|source| source.downcast_ref::<Failure>());
    Ok(reason
        .ok_or("the error has no `Failure` as its source")?
        .clone())
}

/// The name of the executor.
pub(super) fn name_of<S: Subject>() -> &'static str {
    <<S::Jobs as Jobs>::Executor as Executor>::NAME
}
