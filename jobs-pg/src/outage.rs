//! Saying once that something fails, and once that it works again.

use tokio::time::Instant;

use crate::health::Health;
use pg_boss::error::reason;

/// One thing that is tried again and again. It is logged once that it fails, and once that it works again, and recorded for
/// `is_healthy` meanwhile.
#[derive(Debug)]
pub(crate) struct Outage {
    doing: &'static str,
    health: Health,
    failing: Option<(Instant, u64)>,
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
        self.health.failed(self.doing, reason(error));
        match &mut self.failing {
            Some((_, failures)) => *failures += 1,
            None => {
                self.failing = Some((Instant::now(), 1));
                tracing::warn!(error = reason(error), "cannot {}; trying again", self.doing);
            }
        }
    }

    /// It worked. If it failed before, that is logged.
    pub(crate) fn ended(&mut self) {
        if let Some((since, failures)) = self.failing.take() {
            self.health.works(self.doing);
            let seconds = since.elapsed().as_secs();
            tracing::info!(failures, seconds, "can {} again", self.doing);
        }
    }
}
