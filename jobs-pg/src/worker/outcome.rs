//! What is written of an outcome, and the event that reports it.

use std::time::Duration;

use jobs_core::Failure;
use jobs_core::executor::{NOT_PROVIDED_DELAY, Outcome, UNDECODABLE_DELAY};
use sqlx::Error;

use super::leases::Lease;
use crate::store::Failed;

/// An attempt that has ended, and what is to be written of it. The lease lasts until that is done.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) lease: Lease,
    pub(crate) write: Write,
    /// Whether an earlier try may have written it: its answer was lost.
    pub(crate) is_uncertain: bool,
}

/// What is written of an attempt.
#[derive(Debug)]
pub(crate) enum Write {
    /// It is done, with this output.
    Complete(Option<String>),
    /// It failed.
    Fail { failed: Failed, failure: Failure },
    /// It does not count: the job waits again, snoozed for these seconds or as it was.
    Release {
        delay: Option<f64>,
        state: &'static str,
    },
    /// It cancelled itself; the output says why.
    Cancel { output: String, reason: String },
}

/// Which statement writes an outcome.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    Complete,
    Fail,
    Release,
    Cancel,
}

impl Ended {
    /// What is to be written of this outcome; `None` if nothing is. An output may have at most `max_output` bytes.
    pub(crate) fn new(lease: Lease, outcome: Outcome, max_output: usize) -> Option<Self> {
        let fail = |failure, for_good, delay| Write::fail(&lease, failure, for_good, delay);
        let write = match outcome {
            Outcome::Done(output) => match refusal(output.as_deref(), max_output) {
                Some(message) => fail(Failure::new("BadOutput", message), true, None),
                None => Write::Complete(output),
            },
            Outcome::Failed(failure) => fail(failure, false, None),
            Outcome::Undecodable(failure) => Write::undecodable(&lease, failure),
            Outcome::Fatal(failure) => fail(failure, true, None),
            Outcome::RetryIn(failure, after) => fail(failure, false, Some(after.as_secs_f64())),
            Outcome::Snoozed(after) => Write::release(Some(after)),
            Outcome::NotProvided(_) => Write::release(Some(NOT_PROVIDED_DELAY)),
            Outcome::Released => Write::release(None),
            Outcome::Cancelled(reason) => Write::Cancel {
                output: text_of(&Failure::new(Failure::CANCELLED, reason.as_str())),
                reason,
            },
            Outcome::Lost => return None,
        };
        Some(Self {
            lease,
            write,
            is_uncertain: false,
        })
    }

    pub(crate) fn kind(&self) -> Kind {
        match self.write {
            Write::Complete(_) => Kind::Complete,
            Write::Fail { .. } => Kind::Fail,
            Write::Release { .. } => Kind::Release,
            Write::Cancel { .. } => Kind::Cancel,
        }
    }

    /// About how many bytes a statement needs for it.
    pub(crate) fn bytes(&self) -> usize {
        match &self.write {
            Write::Complete(output) => output.as_ref().map_or(0, String::len),
            Write::Fail { failed, .. } => failed.output.len(),
            Write::Release { .. } => 0,
            Write::Cancel { output, .. } => output.len(),
        }
    }

    /// The states in which the job is once this is written.
    pub(crate) fn states(&self) -> &'static str {
        match self.write {
            Write::Complete(_) => "completed",
            Write::Fail { .. } => "retry,failed",
            Write::Release { .. } => "created,retry",
            Write::Cancel { .. } => "cancelled",
        }
    }

    /// What to write instead after a unique violation: another job of the queue's policy has the place of this one. `None` if
    /// there is nothing else; then the attempt stays active, and its heartbeat or expiry ends it.
    pub(crate) fn without_conflict(self) -> Option<Self> {
        let write = match self.write {
            // A retry would conflict (stately): the job has failed for good.
            Write::Fail { failed, failure } if !failed.for_good => Write::Fail {
                failed: Failed {
                    for_good: true,
                    ..failed
                },
                failure,
            },
            Write::Release {
                delay,
                state: "created",
            } => Write::Release {
                delay,
                state: "retry",
            },
            _ => return None,
        };
        Some(Self { write, ..self })
    }

    /// What to write instead when the database refuses this: the job has failed for good, with that reason. `None` if it was
    /// that already.
    pub(crate) fn bad_input(self, error: &Error) -> Option<Self> {
        if let Write::Fail { failure, .. } = &self.write
            && failure.name == REFUSED
        {
            return None;
        }
        let failure = Failure::of(REFUSED, error);
        let write = Write::fail(&self.lease, failure, true, None);
        Some(Self { write, ..self })
    }

    /// Reports how the attempt ended, once that is written. `due_in` is in how many seconds the next one is due.
    pub(crate) fn report(&self, due_in: Option<f64>) {
        let attempt = &self.lease.attempt;
        let (queue, id) = (&attempt.name, attempt.id);
        let number = i64::from(attempt.retry_count) + 1;
        let of = i64::from(self.lease.retry_limit) + 1;
        match &self.write {
            Write::Complete(_) => {
                tracing::debug!(%queue, %id, attempt = number, "the job is completed");
            }
            Write::Fail { failed, failure } => match due_in {
                // Another attempt alone does not mend it: the version that reads it has to be deployed.
                Some(seconds) if failed.least_delay.is_some() => tracing::error!(
                    %queue, %id, attempt = number, of, error = chain(failure), next_in = ?Duration::from_secs_f64(seconds.max(0.0)),
                    "the input of the job does not decode; the job is tried again, as another version of the program may read it"
                ),
                Some(seconds) => tracing::warn!(
                    %queue, %id, attempt = number, of, error = chain(failure), next_in = ?Duration::from_secs_f64(seconds.max(0.0)),
                    "the job failed and is tried again"
                ),
                None => tracing::error!(
                    %queue, %id, attempt = number, of, error = chain(failure),
                    "the job failed for good"
                ),
            },
            Write::Release {
                delay: Some(seconds),
                ..
            } => tracing::info!(
                %queue, %id, attempt = number, next_in = ?Duration::from_secs_f64(*seconds), "the job is snoozed"
            ),
            Write::Release { delay: None, .. } => tracing::info!(
                %queue, %id, attempt = number, "the job is released: the worker stops before it has ended"
            ),
            Write::Cancel { reason, .. } => {
                tracing::info!(%queue, %id, attempt = number, reason, "the job cancelled itself");
            }
        }
    }
}

/// The name of a failure to write an outcome.
const REFUSED: &str = "BadOutput";

impl Write {
    fn release(delay: Option<Duration>) -> Self {
        Self::Release {
            delay: delay.map(|delay| delay.as_secs_f64()),
            state: "created",
        }
    }

    fn undecodable(lease: &Lease, failure: Failure) -> Self {
        let failed = Failed {
            least_delay: Some(UNDECODABLE_DELAY.as_secs_f64()),
            crashes: lease.crashes,
            ..Failed::new(&lease.attempt, text_of(&failure))
        };
        Self::Fail { failed, failure }
    }

    fn fail(lease: &Lease, failure: Failure, for_good: bool, delay: Option<f64>) -> Self {
        Self::Fail {
            failed: Failed {
                for_good,
                delay,
                crashes: lease.crashes,
                ..Failed::new(&lease.attempt, text_of(&failure))
            },
            failure,
        }
    }
}

/// Why an output cannot be stored.
fn refusal(output: Option<&str>, max_output: usize) -> Option<String> {
    let output = output?;
    if output.len() > max_output {
        let bytes = output.len();
        return Some(format!(
            "the output has {bytes} bytes of JSON, and at most {max_output} are stored (`max_output`)"
        ));
    }
    pg_boss::validate::has_nul(output)
        .then(|| "the output holds a NUL character, which Postgres cannot store".to_owned())
}

/// A reason must be stored whatever is in it.
fn text_of(failure: &Failure) -> String {
    failure.to_json().replace("\\u0000", "\\ufffd")
}

/// What a failure says, and its causes.
fn chain(failure: &Failure) -> String {
    let mut text = match failure.name == Failure::PANIC {
        true => format!("panicked: {}", failure.message),
        false => failure.message.clone(),
    };
    let mut cause = failure.cause.as_deref();
    while let Some(inner) = cause {
        // Some errors say what their cause says.
        if !text.contains(&inner.message) {
            text.push_str(": ");
            text.push_str(&inner.message);
        }
        cause = inner.cause.as_deref();
    }
    text
}
