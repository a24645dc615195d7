//! When to fetch, and how much: for all queues of the process in one statement.

use std::sync::Arc;
use std::time::Duration;

use jobs_core::dispatch::dispatch;
use jobs_core::{JobInfo, Outcome, Run};
use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, sleep};

use super::hold::Hold;
use super::running::RunningAttempts;
use super::{Doorbell, Line, Plan};
use crate::PgBoss;
use crate::store::{Attempt, Fetched, Wanted};

/// How long the doorbell may be silent before the producer looks by itself.
const POLL: Duration = Duration::from_secs(2);
const FIRST_PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

pub(crate) struct Producer {
    pub(crate) boss: PgBoss,
    pub(crate) hold: Hold,
    pub(crate) plan: Plan,
    pub(crate) running: Arc<RunningAttempts>,
    pub(crate) doorbell: Arc<Doorbell>,
    pub(crate) outcomes: mpsc::Sender<(Attempt, Outcome)>,
    pub(crate) release: watch::Receiver<bool>,
}

impl Producer {
    /// Fetches and starts jobs until it is told to stop.
    pub(crate) async fn run(self, mut stopping: watch::Receiver<bool>) {
        let mut pause = FIRST_PAUSE;
        while !*stopping.borrow() {
            let (wanted, in_all) = self.running.wanted();
            match self.fetch(&wanted, in_all).await {
                Ok(fetched) => {
                    pause = FIRST_PAUSE;
                    self.running.fed(&wanted, in_all, &fetched);
                    let stopping = *stopping.borrow();
                    self.begin(fetched, stopping).await;
                }
                Err(error) => {
                    if pause == FIRST_PAUSE {
                        tracing::warn!(%error, "cannot fetch jobs; trying again");
                    }
                    unless_stopped(&mut stopping, sleep(pause)).await;
                    pause = (pause * 2).min(LONGEST_PAUSE);
                    continue;
                }
            }
            unless_stopped(&mut stopping, self.next_time()).await;
        }
    }

    /// Waits for a reason to fetch again.
    async fn next_time(&self) {
        tokio::select! {
            () = self.running.hungry_slot() => {}
            () = self.doorbell.heard_until(Instant::now() + POLL) => self.running.all_hungry(),
        }
    }

    async fn fetch(&self, wanted: &[Wanted], in_all: usize) -> sqlx::Result<Vec<Fetched>> {
        if wanted.is_empty() {
            return Ok(Vec::new());
        }
        self.hold.fetch(wanted, in_all).await
    }

    async fn begin(&self, fetched: Vec<Fetched>, stopping: bool) {
        for job in fetched {
            let attempt = job.attempt();
            match self.plan.lines.get(job.name.as_str()) {
                Some(line) if !stopping => self.spawn(line, attempt, job),
                // Asked for in the last moment, and not begun.
                _ => {
                    let _ = self.outcomes.send((attempt, Outcome::Released)).await;
                }
            }
        }
    }

    fn spawn(&self, line: &Line, attempt: Attempt, job: Fetched) {
        let heartbeat = job.heartbeat_seconds;
        let (info, input) = describe(line, job);
        let run = Run::new(self.boss.clone(), info, input, self.boss.provided().clone());
        self.running
            .begin(&attempt, run.cancellation().clone(), heartbeat);
        let (running, outcomes, registered) =
            (Arc::clone(&self.running), self.outcomes.clone(), line.job);
        let mut release = self.release.clone();
        tokio::spawn(async move {
            let cancellation = run.cancellation().clone();
            let outcome = tokio::select! {
                outcome = dispatch(registered, run) => outcome,
                _ = release.wait_for(|release| *release) => {
                    // A blocking function cannot be dropped; it can ask.
                    cancellation.cancel();
                    Outcome::Released
                }
            };
            if outcome != Outcome::Lost {
                let _ = outcomes.send((attempt.clone(), outcome)).await;
            }
            running.end(&attempt);
        });
    }
}

/// What a function sees of its job, and its input.
pub(super) fn describe(line: &Line, job: Fetched) -> (JobInfo, Option<String>) {
    let unsigned = |number: i32| u32::try_from(number).unwrap_or(0);
    let mut info = JobInfo::new(job.id, Arc::clone(&line.name), job.created_on);
    info.attempt = unsigned(job.retry_count).saturating_add(1);
    info.retry_limit = unsigned(job.retry_limit);
    info.priority = job.priority;
    info.start_after = job.start_after;
    info.started_on = job.started_on;
    info.expire_in = Duration::from_secs(unsigned(job.expire_seconds).into());
    info.singleton_key = job.singleton_key;
    (info, job.data)
}

async fn unless_stopped(stopping: &mut watch::Receiver<bool>, future: impl Future<Output = ()>) {
    tokio::select! {
        () = future => {}
        _ = stopping.wait_for(|stopping| *stopping) => {}
    }
}
