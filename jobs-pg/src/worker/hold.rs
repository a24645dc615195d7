//! How a job is held while it runs. The worker asks for jobs and gives outcomes, and knows nothing more of it.
//!
//! This one holds *by row*: fetching writes `active` and commits, as pg-boss does; the row stays ours as long as it is active
//! with our retry count.

use std::sync::Arc;

use jobs_core::{Failure, Outcome};
use sqlx::Error;
use uuid::Uuid;

use crate::error::{is_outdated, is_transient, is_unique_violation};
use crate::store::{Attempt, Failed, Fetched, Store, Wanted, bounded};

/// Holds jobs by their rows.
#[derive(Debug, Clone)]
pub(crate) struct Hold {
    store: Arc<Store>,
}

/// Outcomes that wait to be written, by the statement that writes them.
#[derive(Debug, Default)]
pub(crate) struct Outcomes {
    done: Vec<(Attempt, Option<String>)>,
    failed: Vec<Failed>,
    released: Vec<(Attempt, Option<f64>)>,
    cancelled: Vec<(Attempt, String)>,
}

/// What came of writing outcomes.
#[derive(Debug, Default)]
pub(crate) struct Written {
    /// The attempts that were ours.
    pub(crate) ids: Vec<Uuid>,
    /// When the next attempt of one that failed, or of one that was let go, is due.
    pub(crate) due_in: Option<f64>,
}

impl Hold {
    pub(crate) fn new(store: Arc<Store>) -> Self {
        Self { store }
    }

    /// Takes due jobs, at most so many in all.
    pub(crate) async fn fetch(
        &self,
        wanted: &[Wanted],
        in_all: usize,
    ) -> sqlx::Result<Vec<Fetched>> {
        bounded(self.store.fetch(wanted, in_all)).await
    }

    /// Shows that these attempts live; answers which are still ours.
    pub(crate) async fn refresh(&self, attempts: Vec<Attempt>) -> sqlx::Result<Vec<Uuid>> {
        bounded(self.store.refresh(attempts)).await
    }

    /// Writes the outcomes. What is written leaves `outcomes`; after an error the rest is still there.
    pub(crate) async fn settle(
        &self,
        outcomes: &mut Outcomes,
        written: &mut Written,
    ) -> sqlx::Result<()> {
        if !outcomes.done.is_empty() {
            written
                .ids
                .extend(bounded(self.store.complete(outcomes.done.clone())).await?);
            outcomes.done.clear();
        }
        if !outcomes.failed.is_empty() {
            written.failed(bounded(self.fail(outcomes.failed.clone())).await?);
            outcomes.failed.clear();
        }
        if !outcomes.released.is_empty() {
            written
                .ids
                .extend(bounded(self.release(outcomes.released.clone())).await?);
            written.due(outcomes.released.iter().filter_map(|(_, delay)| *delay));
            outcomes.released.clear();
        }
        if !outcomes.cancelled.is_empty() {
            written
                .ids
                .extend(bounded(self.store.cancel_attempts(outcomes.cancelled.clone())).await?);
            outcomes.cancelled.clear();
        }
        Ok(())
    }

    async fn fail(&self, failed: Vec<Failed>) -> sqlx::Result<Vec<(Uuid, Option<f64>)>> {
        let mut connection = self.store.pool().acquire().await?;
        match self.store.fail(&mut connection, failed.clone()).await {
            // The policy has no place for a retry (stately): that job has failed for good. Which one shows one by one.
            Err(error) if is_unique_violation(&error) => {}
            other => return other,
        }
        let mut all = Vec::new();
        for one in failed {
            match self.store.fail(&mut connection, vec![one.clone()]).await {
                Err(error) if is_unique_violation(&error) => {
                    let for_good = Failed {
                        for_good: true,
                        ..one
                    };
                    all.extend(self.store.fail(&mut connection, vec![for_good]).await?);
                }
                other => all.extend(other?),
            }
        }
        Ok(all)
    }

    async fn release(&self, released: Vec<(Attempt, Option<f64>)>) -> sqlx::Result<Vec<Uuid>> {
        match self.store.release(released.clone(), "created").await {
            Err(error) if is_unique_violation(&error) => {}
            other => return other,
        }
        let mut all = Vec::new();
        for one in released {
            for state in ["created", "retry"] {
                match self.store.release(vec![one.clone()], state).await {
                    // With no place in either state it stays active, and its heartbeat or expiry ends it.
                    Err(error) if is_unique_violation(&error) => {}
                    other => {
                        all.extend(other?);
                        break;
                    }
                }
            }
        }
        Ok(all)
    }
}

impl Outcomes {
    /// Sorts an outcome to the others that one statement writes.
    pub(crate) fn add(&mut self, attempt: Attempt, outcome: Outcome) {
        match outcome {
            Outcome::Done(output) => self.add_done(attempt, output),
            Outcome::Failed(failure) => self.add_failed(attempt, &failure, false, None),
            Outcome::Fatal(failure) => self.add_failed(attempt, &failure, true, None),
            Outcome::RetryIn(failure, after) => {
                self.add_failed(attempt, &failure, false, Some(after.as_secs_f64()));
            }
            Outcome::Snoozed(after) => self.released.push((attempt, Some(after.as_secs_f64()))),
            Outcome::Released => self.released.push((attempt, None)),
            Outcome::Cancelled(reason) => {
                let output = text_of(&Failure::new(Failure::CANCELLED, reason));
                self.cancelled.push((attempt, output));
            }
            Outcome::Lost => {}
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.done.len() + self.failed.len() + self.released.len() + self.cancelled.len()
    }

    /// Takes the outcomes apart, one each.
    pub(crate) fn one_by_one(self) -> Vec<Self> {
        let mut all: Vec<Self> = Vec::with_capacity(self.len());
        all.extend(self.done.into_iter().map(|one| Self {
            done: vec![one],
            ..Self::default()
        }));
        all.extend(self.failed.into_iter().map(|one| Self {
            failed: vec![one],
            ..Self::default()
        }));
        all.extend(self.released.into_iter().map(|one| Self {
            released: vec![one],
            ..Self::default()
        }));
        all.extend(self.cancelled.into_iter().map(|one| Self {
            cancelled: vec![one],
            ..Self::default()
        }));
        all
    }

    /// The same attempts, failed for good because the database does not take what they came to.
    pub(crate) fn refused(self, error: &Error) -> Self {
        let failure = Failure::of("BadOutput", error);
        let mut refused = Self::default();
        let attempts = self.done.into_iter().map(|(attempt, _)| attempt);
        let attempts = attempts.chain(self.failed.into_iter().map(|failed| failed.attempt));
        let attempts = attempts.chain(self.cancelled.into_iter().map(|(attempt, _)| attempt));
        for attempt in attempts.chain(self.released.into_iter().map(|(attempt, _)| attempt)) {
            refused.add_failed(attempt, &failure, true, None);
        }
        refused
    }

    fn add_done(&mut self, attempt: Attempt, output: Option<String>) {
        match output {
            Some(output) if has_nul(&output) => {
                let failure = Failure::new(
                    "BadOutput",
                    "the output holds a NUL character, which Postgres cannot store",
                );
                self.add_failed(attempt, &failure, true, None);
            }
            output => self.done.push((attempt, output)),
        }
    }

    fn add_failed(
        &mut self,
        attempt: Attempt,
        failure: &Failure,
        for_good: bool,
        delay: Option<f64>,
    ) {
        let output = text_of(failure);
        self.failed.push(Failed {
            attempt,
            output,
            for_good,
            delay,
            unfenced: false,
            crashes: 0,
            extra_delay: 0.0,
        });
    }
}

impl Written {
    fn failed(&mut self, failed: Vec<(Uuid, Option<f64>)>) {
        self.due(failed.iter().filter_map(|(_, due_in)| *due_in));
        self.ids.extend(failed.into_iter().map(|(id, _)| id));
    }

    fn due(&mut self, seconds: impl Iterator<Item = f64>) {
        self.due_in = seconds.chain(self.due_in).reduce(f64::min);
    }
}

/// Whether JSON text has an escaped NUL, which `jsonb` refuses.
pub(crate) fn has_nul(json: &str) -> bool {
    json.match_indices("\\u0000").any(|(at, _)| {
        let escapes = json[..at]
            .bytes()
            .rev()
            .take_while(|byte| *byte == b'\\')
            .count();
        escapes % 2 == 0
    })
}

/// A reason must be stored whatever is in it.
fn text_of(failure: &Failure) -> String {
    failure.to_json().replace("\\u0000", "\\ufffd")
}

/// Whether to try the same outcomes again: the database is away, or the schema was migrated under us and will be followed.
pub(crate) fn may_pass(error: &Error) -> bool {
    is_transient(error) || is_outdated(error)
}

#[cfg(test)]
mod tests {
    use super::has_nul;

    #[test]
    fn only_an_escaped_nul_is_one() {
        assert!(has_nul(r#""a\u0000""#));
        assert!(has_nul(r#""\\\u0000""#));
        assert!(!has_nul(r#""\\u0000""#));
        assert!(!has_nul(r#""u0000""#));
    }
}
