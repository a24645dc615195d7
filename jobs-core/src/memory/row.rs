//! One job in memory, by the rules that pg-boss 12.38 has for a row.

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use jobs_rules::{QueuePolicy, RetryRule, Slot};
use serde_json::Value;
use uuid::Uuid;

use super::after;
use crate::executor::{NOT_PROVIDED_DELAY, UNDECODABLE_DELAY};
use crate::testing::{Ran, Submitted};
use crate::{
    Declaration, Error, Failure, Job, JobEnd, JobInfo, JobKey, JobOptions, JobState, OptionValues,
    Outcome, Registered, Request,
};

#[derive(Debug, Clone)]
pub(super) struct Row {
    pub(super) id: Uuid,
    pub(super) name: &'static str,
    /// `None` for a job that this program does not have; it never runs.
    pub(super) registered: Option<&'static Registered>,
    pub(super) input: Option<String>,
    pub(super) state: JobState,
    pub(super) created_on: DateTime<Utc>,
    policy: QueuePolicy,
    options: OptionValues,
    start_after: DateTime<Utc>,
    slot: Option<Slot>,
    attempt: u32,
    output: Option<Value>,
}

impl Row {
    pub(super) fn new(request: Request, now: DateTime<Utc>) -> Self {
        let Request {
            declaration,
            input,
            start_after,
            options,
        } = request;
        let start_after = start_after.instant(now);
        Self::waiting(declaration, input, &options, start_after, now)
    }

    fn waiting(
        declaration: &'static Declaration,
        input: Option<String>,
        options: &JobOptions,
        start_after: DateTime<Utc>,
        now: DateTime<Utc>,
    ) -> Self {
        let options = options.values().clone();
        Self {
            id: options.id.unwrap_or_else(Uuid::now_v7),
            name: declaration.name,
            registered: Registered::of_declaration(declaration),
            input,
            state: JobState::Created,
            created_on: now,
            policy: declaration.queue.policy.unwrap_or(QueuePolicy::Standard),
            slot: options
                .singleton_seconds
                .map(|length| Slot::of(now.timestamp(), length)),
            options,
            start_after,
            attempt: 0,
            output: None,
        }
    }

    fn copied_to(&self, queue: &'static Declaration, now: DateTime<Utc>) -> Self {
        let mut copy = Self::waiting(queue, self.input.clone(), &queue.options, now, now);
        copy.options.priority = self.options.priority;
        copy.options.singleton_key = self.options.singleton_key.clone();
        copy
    }

    pub(super) fn key(&self) -> JobKey {
        JobKey {
            name: self.name.into(),
            id: self.id,
        }
    }

    pub(super) fn is(&self, key: &JobKey) -> bool {
        self.id == key.id && self.name == key.name
    }

    pub(super) fn priority(&self) -> i32 {
        self.options.priority.unwrap_or(0)
    }

    pub(super) fn is_due(&self, now: DateTime<Utc>) -> bool {
        self.state < JobState::Active && self.start_after <= now
    }

    /// The next attempt begins.
    pub(super) fn begin(&mut self, now: DateTime<Utc>) -> JobInfo {
        self.state = JobState::Active;
        self.attempt += 1;
        let mut info = JobInfo::new(self.id, Arc::from(self.name), self.created_on);
        info.attempt = self.attempt;
        info.retry_limit = self.retry_limit();
        info.priority = self.priority();
        info.start_after = self.start_after;
        info.started_on = now;
        info.singleton_key.clone_from(&self.options.singleton_key);
        if let Some(expire_in) = self.options.expire_in {
            info.expire_in = seconds(expire_in);
        }
        info
    }

    /// Writes the outcome of the attempt.
    pub(super) fn settle(&mut self, outcome: Outcome, now: DateTime<Utc>) -> Ran {
        let attempt = self.attempt;
        match outcome {
            Outcome::Done(output) => {
                self.state = JobState::Completed;
                self.output = output.and_then(|output| serde_json::from_str(&output).ok());
            }
            Outcome::Failed(failure) => self.fail(&failure, self.retry_delay(), now),
            Outcome::RetryIn(failure, delay) => {
                self.fail(&failure, self.retry_delay().map(|_| delay), now);
            }
            Outcome::Undecodable(failure) => {
                let delay = self.retry_delay().map(|delay| delay.max(UNDECODABLE_DELAY));
                self.fail(&failure, delay, now);
            }
            Outcome::Fatal(failure) => self.fail(&failure, None, now),
            Outcome::Cancelled(reason) => {
                self.state = JobState::Cancelled;
                self.output = value_of(&Failure::new(Failure::CANCELLED, reason));
            }
            Outcome::Snoozed(delay) => self.snooze(delay, now),
            Outcome::NotProvided(_) => self.snooze(NOT_PROVIDED_DELAY, now),
            Outcome::Released | Outcome::Lost => self.release(),
        }
        Ran::new(self.key(), attempt, self.state, self.output.clone())
    }

    /// It waits as if the attempt had not begun.
    pub(super) fn release(&mut self) {
        self.state = JobState::Created;
        self.attempt = self.attempt.saturating_sub(1);
    }

    fn snooze(&mut self, delay: Duration, now: DateTime<Utc>) {
        self.release();
        self.start_after = after(now, delay);
    }

    fn fail(&mut self, failure: &Failure, again_in: Option<Duration>, now: DateTime<Utc>) {
        self.output = value_of(failure);
        match again_in {
            Some(delay) => {
                self.state = JobState::Retry;
                self.start_after = after(now, delay);
            }
            None => self.state = JobState::Failed,
        }
    }

    fn retry_limit(&self) -> u32 {
        RetryRule::of(&self.options).limit
    }

    /// How long the next attempt waits, if one follows; of a random delay, the longest.
    fn retry_delay(&self) -> Option<Duration> {
        let delays = RetryRule::of(&self.options).delays_after(self.attempt);
        delays.map(|delays| *delays.end())
    }

    /// Its copy for the dead letter queue, if it has failed for good.
    pub(super) fn dead_letter(&self, now: DateTime<Utc>) -> Option<Self> {
        let queue = self.options.dead_letter.as_deref()?;
        let queue = self.registered?.beside(queue)?;
        (self.state == JobState::Failed).then(|| self.copied_to(queue.declaration(), now))
    }

    pub(super) fn end(&self) -> Option<JobEnd> {
        let output = self.output.clone();
        match self.state {
            JobState::Completed => Some(JobEnd::Completed(output)),
            JobState::Failed => Some(JobEnd::Failed(output)),
            JobState::Cancelled => Some(JobEnd::Cancelled(output)),
            JobState::Created | JobState::Retry | JobState::Active => None,
        }
    }

    pub(super) fn submitted<J: Job>(&self) -> Result<Submitted<J>, Error> {
        let mut submitted = Submitted::read(self.id, self.input.as_deref(), self.created_on)?;
        submitted.state = self.state;
        submitted.start_after = self.start_after;
        submitted.priority = self.priority();
        submitted.retry_limit = self.retry_limit();
        submitted
            .singleton_key
            .clone_from(&self.options.singleton_key);
        Ok(submitted)
    }

    /// Whether a new job is a duplicate of this one.
    fn conflicts_with(&self, new: &Self) -> bool {
        let key = |row: &Self| row.options.singleton_key.clone().unwrap_or_default();
        if self.name != new.name {
            return false;
        }
        let by_policy = match self.policy {
            QueuePolicy::Short | QueuePolicy::Stately => self.state == JobState::Created,
            QueuePolicy::Exclusive => self.state <= JobState::Active,
            _ => false,
        };
        let begin = |row: &Self| row.slot.map(Slot::begin);
        let in_slot =
            begin(self).is_some() && begin(self) == begin(new) && self.state != JobState::Cancelled;
        self.id == new.id || key(self) == key(new) && (by_policy || in_slot)
    }
}

/// Returns a new job, perhaps moved to the next throttle slot; or the id of the existing job of which it is a duplicate.
pub(super) fn deduplicated(rows: &[Row], mut new: Row, now: DateTime<Utc>) -> Result<Row, Uuid> {
    let of = |new: &Row| {
        rows.iter()
            .rev()
            .find(|row| row.conflicts_with(new))
            .map(|row| row.id)
    };
    let Some(existing) = of(&new) else {
        return Ok(new);
    };
    let (Some(slot), Some(true)) = (new.slot, new.options.singleton_next_slot) else {
        return Err(existing);
    };
    new.start_after = after(now, slot.wait_for_next(now.timestamp()));
    new.slot = Some(slot.next());
    of(&new).map_or(Ok(new), Err)
}

fn seconds(seconds: i32) -> Duration {
    Duration::from_secs(u64::try_from(seconds).unwrap_or(0))
}

fn value_of(failure: &Failure) -> Option<Value> {
    serde_json::to_value(failure).ok()
}
