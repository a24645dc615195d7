//! When to fetch, and how much: for all queues of the process in one statement.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use jobs_core::dispatch::{dispatch, dispatch_batch};
use jobs_core::{Batch, BatchHandler, JobInfo, Outcome, Run};
use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, sleep};

use super::hold::Hold;
use super::running::{Member, RunningAttempts};
use super::{Doorbell, Line, Plan};
use crate::PgBoss;
use crate::store::{Attempt, Fetched, Wanted};

/// How long the doorbell may be silent before the producer looks by itself.
const POLL: Duration = Duration::from_secs(2);
/// When to look behind jobs that cannot go. Not at once: that reads them all.
const LOOK_BEHIND: Duration = Duration::from_millis(300);
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
                    if fetched.iter().any(|job| job.has_more) {
                        self.doorbell.ring_after(LOOK_BEHIND);
                    }
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
        let mut together: HashMap<&str, Vec<Fetched>> = HashMap::new();
        for job in fetched {
            match self.plan.lines.get_key_value(job.name.as_str()) {
                Some((name, line)) if !stopping => match line.batch {
                    None => self.spawn(line, job),
                    Some(_) => together.entry(name).or_default().push(job),
                },
                // Asked for in the last moment, and not begun.
                _ => {
                    let _ = self.outcomes.send((job.attempt(), Outcome::Released)).await;
                }
            }
        }
        for (name, jobs) in together {
            if let Some(line) = self.plan.lines.get(name) {
                self.spawn_batches(line, jobs);
            }
        }
    }

    fn spawn(&self, line: &Line, job: Fetched) {
        let (member, run) = self.prepare(line, job);
        self.running.begin(std::slice::from_ref(&member));
        let (running, outcomes, registered) =
            (Arc::clone(&self.running), self.outcomes.clone(), line.job);
        let mut release = self.release.clone();
        tokio::spawn(async move {
            let Member {
                attempt,
                cancellation,
                ..
            } = member;
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
            running.end(&[attempt]);
        });
    }

    fn spawn_batches(&self, line: &Line, mut jobs: Vec<Fetched>) {
        while let Some((handler, size)) = line.batch.filter(|_| !jobs.is_empty()) {
            let rest = jobs.split_off(size.min(jobs.len()));
            self.spawn_batch(line, handler, jobs);
            jobs = rest;
        }
    }

    fn spawn_batch(&self, line: &Line, handler: BatchHandler, jobs: Vec<Fetched>) {
        let prepared = jobs.into_iter().map(|job| self.prepare(line, job));
        let (members, runs): (Vec<Member>, Vec<Run>) = prepared.unzip();
        self.running.begin(&members);
        let (running, settling) = (Arc::clone(&self.running), self.outcomes.clone());
        let mut release = self.release.clone();
        tokio::spawn(async move {
            let batch = Batch::new(runs);
            let cancellation = batch.cancellation().clone();
            let outcomes = tokio::select! {
                outcomes = dispatch_batch(handler, batch) => outcomes,
                _ = release.wait_for(|release| *release) => {
                    cancellation.cancel();
                    vec![Outcome::Released; members.len()]
                }
            };
            let attempts: Vec<Attempt> = members.into_iter().map(|member| member.attempt).collect();
            for (attempt, outcome) in attempts.iter().zip(outcomes) {
                if outcome != Outcome::Lost {
                    let _ = settling.send((attempt.clone(), outcome)).await;
                }
            }
            running.end(&attempts);
        });
    }

    fn prepare(&self, line: &Line, job: Fetched) -> (Member, Run) {
        let (attempt, heartbeat_seconds) = (job.attempt(), job.heartbeat_seconds);
        let (info, input) = describe(line, job);
        let run = Run::new(self.boss.clone(), info, input, self.boss.provided().clone());
        let member = Member {
            attempt,
            cancellation: run.cancellation().clone(),
            heartbeat_seconds,
        };
        (member, run)
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
