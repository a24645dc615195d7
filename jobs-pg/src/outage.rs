//! Saying once that something fails, and once that it works again. When the database is away everything fails, and that is said
//! once for all of it.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::time::Instant;

use crate::health::Health;
use pg_boss::error::{is_disconnected, reason};

/// One thing that is tried again and again. It is logged once that it fails, and once that it works again, and recorded for
/// `is_healthy` meanwhile.
#[derive(Debug)]
pub(crate) struct Outage {
    doing: &'static str,
    health: Health,
    failing: Option<Failing>,
}

#[derive(Debug)]
enum Failing {
    /// The database answers, and refuses this.
    Alone(Failures),
    /// The database does not answer.
    WithAll(Affected),
}

/// The outage of the database, as all tasks of an executor see it. Clones share it.
#[derive(Debug, Clone, Default)]
pub(crate) struct DatabaseOutage {
    noticed: Arc<Mutex<Noticed>>,
}

#[derive(Debug, Default)]
struct Noticed {
    /// How many tasks fail for want of the database.
    tasks: usize,
    /// What there was since the first of them failed.
    failures: Option<Failures>,
}

/// A task that fails for want of the database. Dropping it ends that.
#[derive(Debug)]
struct Affected {
    database: DatabaseOutage,
}

#[derive(Debug)]
struct Failures {
    since: Instant,
    count: u64,
}

impl Outage {
    /// `doing` is what cannot be done, as a verb: "fetch jobs".
    pub(crate) fn of(doing: &'static str, health: &Health) -> Self {
        Self {
            doing,
            health: health.clone(),
            failing: None,
        }
    }

    /// It failed. The first failure is logged, with its reason.
    pub(crate) fn failed(&mut self, error: &sqlx::Error) {
        let (doing, error_text) = (self.doing, reason(error));
        self.health.failed(doing, error_text.as_str());
        match (&mut self.failing, is_disconnected(error)) {
            (Some(Failing::Alone(failures)), _) => failures.count += 1,
            (Some(Failing::WithAll(affected)), true) => affected.failed_again(),
            (None, true) => {
                let (affected, is_first) = self.health.database().affect();
                self.failing = Some(Failing::WithAll(affected));
                if is_first {
                    tracing::warn!(
                        error = error_text,
                        "the database does not answer: cannot {doing}; trying again"
                    );
                }
            }
            (Some(Failing::WithAll(_)) | None, false) => {
                self.failing = Some(Failing::Alone(Failures::default()));
                tracing::warn!(error = error_text, "cannot {doing}; trying again");
            }
        }
    }

    /// It worked. If it failed before, that is logged.
    pub(crate) fn ended(&mut self) {
        let (over, what) = match self.failing.take() {
            Some(Failing::Alone(failures)) => (Some(failures), format!("can {}", self.doing)),
            Some(Failing::WithAll(affected)) => (affected.ended(), "the database answers".into()),
            None => return,
        };
        self.health.works(self.doing);
        if let Some(Failures { since, count }) = over {
            let seconds = since.elapsed().as_secs();
            tracing::info!(failures = count, seconds, "{what} again");
        }
    }
}

impl DatabaseOutage {
    /// One more task fails. Returns whether it is the first.
    fn affect(&self) -> (Affected, bool) {
        let mut noticed = self.noticed();
        let is_first = noticed.tasks == 0;
        noticed.tasks += 1;
        match &mut noticed.failures {
            Some(failures) if !is_first => failures.count += 1,
            failures => *failures = Some(Failures::default()),
        }
        drop(noticed);
        let database = self.clone();
        (Affected { database }, is_first)
    }

    fn noticed(&self) -> MutexGuard<'_, Noticed> {
        self.noticed.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Affected {
    fn failed_again(&self) {
        if let Some(failures) = &mut self.database.noticed().failures {
            failures.count += 1;
        }
    }

    /// The task works again. With the last one the outage is over, and this is what there was.
    fn ended(self) -> Option<Failures> {
        let database = self.database.clone();
        drop(self);
        let mut noticed = database.noticed();
        match noticed.tasks {
            0 => noticed.failures.take(),
            _ => None,
        }
    }
}

impl Drop for Affected {
    fn drop(&mut self) {
        self.database.noticed().tasks -= 1;
    }
}

/// The first one, now.
impl Default for Failures {
    fn default() -> Self {
        Self {
            since: Instant::now(),
            count: 1,
        }
    }
}
