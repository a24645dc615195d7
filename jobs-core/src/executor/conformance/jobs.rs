//! The jobs of the suite: functions that do as their input says.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use crate::{Executor, Job, JobError, JobInfo, JobSet};

/// The attempts of this process: the tag of the script, and the job as its function saw it.
static ATTEMPTS: Mutex<Vec<(Uuid, JobInfo)>> = Mutex::new(Vec::new());

/// The jobs of the suite for one executor; [`conformance_jobs!`](crate::conformance_jobs) declares them.
pub trait Jobs: 'static {
    /// The executor.
    type Executor: Executor;
    /// Follows its script, without options of its own.
    type Acts: Job<Executor = Self::Executor, Input = Script, Output = Value>;
    /// The same by a blocking function.
    type Blocks: Job<Executor = Self::Executor, Input = Script, Output = Value>;
    /// The same by a function that takes several jobs at once.
    type Batches: Job<Executor = Self::Executor, Input = Script, Output = Value>;
    /// The same with options of its own, one at a time.
    type Declares: Job<Executor = Self::Executor, Input = Script, Output = Value>;
    /// The dead letter queue of `Declares`.
    type Buried: Job<Executor = Self::Executor, Input = Script, Output = Value>;
    /// The same in a queue of the policy `exclusive`.
    type Exclusive: Job<Executor = Self::Executor, Input = Script, Output = Value>;
    /// Submits its script as a job of `Acts`, to no executor by name, and returns the id.
    type Submits: Job<Executor = Self::Executor, Input = Script, Output = Uuid>;
    /// All of them.
    type All: JobSet;
}

/// Declares the [`Jobs`](crate::executor::conformance::Jobs) of the conformance suite for an executor:
/// `conformance_jobs!(struct Jobs for MyExecutor);`. Once for each executor of a program.
#[macro_export]
macro_rules! conformance_jobs {
    ($visibility:vis struct $jobs:ident for $executor:ty) => {
        /// The jobs of the conformance suite.
        $visibility struct $jobs;

        const _: () = {
            use $crate::executor::conformance::Script;
            use $crate::private::{Uuid, serde_json::Value};
            use $crate::{Context, JobError};

            #[$crate::job(executor = $executor, crate = $crate, name = "conformance_acts")]
            async fn acts(script: Script, ctx: Context<Acts>) -> Result<Value, JobError> {
                script.follow(&ctx.job).perform().await
            }

            #[$crate::job(executor = $executor, crate = $crate, name = "conformance_blocks", blocking)]
            fn blocks(script: Script, ctx: Context<Blocks>) -> Result<Value, JobError> {
                script.follow(&ctx.job).perform_now()
            }

            #[$crate::job(executor = $executor, crate = $crate, name = "conformance_batches", worker(batch = 5))]
            async fn batches(
                scripts: Vec<Script>,
                ctx: Context<Batches>,
            ) -> Vec<Result<Value, JobError>> {
                let each = scripts.iter().zip(ctx.batch());
                each.map(|(script, job)| script.follow(job).perform_now()).collect()
            }

            #[$crate::job(
                executor = $executor,
                crate = $crate,
                name = "conformance_declares",
                options(retry_limit = 1, priority = 3, expire_in = "90s", dead_letter = "conformance_buried"),
                worker(concurrency = 1)
            )]
            async fn declares(script: Script, ctx: Context<Declares>) -> Result<Value, JobError> {
                script.follow(&ctx.job).perform().await
            }

            #[$crate::job(executor = $executor, crate = $crate, name = "conformance_buried")]
            async fn buried(script: Script, ctx: Context<Buried>) -> Value {
                script.follow(&ctx.job);
                Value::Null
            }

            #[$crate::job(executor = $executor, crate = $crate, name = "conformance_exclusive", queue(policy = "exclusive"))]
            async fn exclusive(script: Script, ctx: Context<Exclusive>) -> Result<Value, JobError> {
                script.follow(&ctx.job).perform().await
            }

            #[$crate::job(executor = $executor, crate = $crate, name = "conformance_submits")]
            async fn submits(script: Script) -> Result<Uuid, JobError> {
                Ok(Acts::submit(script).await?.job_id)
            }

            impl $crate::executor::conformance::Jobs for $jobs {
                type Executor = $executor;
                type Acts = Acts;
                type Blocks = Blocks;
                type Batches = Batches;
                type Declares = Declares;
                type Buried = Buried;
                type Exclusive = Exclusive;
                type Submits = Submits;
                type All = (Acts, Blocks, Batches, Declares, Buried, Exclusive, Submits);
            }
        };
    };
}

/// What the attempts of one job do.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Script {
    tag: Uuid,
    steps: Vec<Step>,
}

/// What one attempt does.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Step {
    /// Returns this.
    Return(Value),
    /// Fails.
    Fail,
    /// Fails for good.
    FailForGood,
    /// Fails, and asks for its next attempt after this time.
    RetryIn(Duration),
    /// Snoozes for this time.
    Snooze(Duration),
    /// Cancels itself.
    Cancel,
    /// Panics.
    Panic,
    /// Never returns.
    Hang,
}

impl Script {
    /// An attempt for each step; further ones repeat the last.
    pub(super) fn new(steps: impl Into<Vec<Step>>) -> Self {
        Self {
            tag: Uuid::new_v4(),
            steps: steps.into(),
        }
    }

    /// A job that returns this.
    pub(super) fn returning(value: impl Into<Value>) -> Self {
        Self::new([Step::Return(value.into())])
    }

    /// The attempts that it has had in this process, in the order in which they began.
    pub(super) fn attempts(&self) -> Vec<JobInfo> {
        let all = ATTEMPTS.lock().unwrap_or_else(PoisonError::into_inner);
        let own = all.iter().filter(|(tag, _)| *tag == self.tag);
        own.map(|(_, job)| job.clone()).collect()
    }

    /// Notes that an attempt begins, and returns what it does.
    pub fn follow(&self, job: &JobInfo) -> Step {
        let begun = self
            .attempts()
            .iter()
            .filter(|earlier| earlier.id == job.id)
            .count();
        let mut all = ATTEMPTS.lock().unwrap_or_else(PoisonError::into_inner);
        all.push((self.tag, job.clone()));
        let step = self.steps.get(begun).or(self.steps.last());
        step.cloned().unwrap_or(Step::Return(Value::Null))
    }
}

impl Step {
    /// Does it.
    ///
    /// # Errors
    /// What the step says.
    pub async fn perform(self) -> Result<Value, JobError> {
        if self == Self::Hang {
            std::future::pending::<()>().await;
        }
        self.perform_now()
    }

    /// Does it, where there is nothing to wait for.
    ///
    /// # Errors
    /// What the step says.
    ///
    /// # Panics
    /// If the step says so.
    pub fn perform_now(self) -> Result<Value, JobError> {
        match self {
            Self::Return(value) => Ok(value),
            Self::Fail => "x".parse::<i32>().map(Value::from).map_err(JobError::new),
            Self::FailForGood => Err(JobError::fail("no more of this")),
            Self::RetryIn(time) => Err(JobError::retry_in("not yet", time)),
            Self::Snooze(time) => Err(JobError::snooze(time)),
            Self::Cancel => Err(JobError::cancel("no longer wanted")),
            Self::Panic => panic!("out of words"),
            Self::Hang => Ok(Value::Null),
        }
    }
}
