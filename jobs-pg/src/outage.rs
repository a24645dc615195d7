//! Saying once that something fails, and once that it works again.

use tokio::time::Instant;

use crate::error::reason;

/// One thing that is tried again and again.
#[derive(Debug)]
pub(crate) struct Outage {
    doing: &'static str,
    failing: Option<(Instant, u64)>,
}

impl Outage {
    /// `doing` is what cannot be done, as a verb: "fetch jobs".
    pub(crate) fn of(doing: &'static str) -> Self {
        Self {
            doing,
            failing: None,
        }
    }

    /// It failed. The first failure is logged, with its reason.
    pub(crate) fn failed(&mut self, error: &sqlx::Error) {
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
            let seconds = since.elapsed().as_secs();
            tracing::info!(failures, seconds, "can {} again", self.doing);
        }
    }
}
