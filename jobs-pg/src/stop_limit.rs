//! How long a stop may take.

use std::time::Duration;

use tokio::time::{Instant, sleep, sleep_until};
use tokio_util::sync::CancellationToken;

/// What is kept of the time of a stop for writing the last outcomes, and what they have when it is to stop at once.
const LAST_WRITES: Duration = Duration::from_secs(2);
/// What they have at least, however short the stop shall be.
const LEAST_WRITES: Duration = Duration::from_secs(1);

/// The two limits of a stop: running jobs are released at the first, and at the second everything is over. Both come sooner when it
/// is to stop at once.
#[derive(Debug)]
pub(crate) struct StopLimit {
    patience: Duration,
    release: Instant,
    end: Instant,
    at_once: CancellationToken,
}

impl StopLimit {
    /// A stop that begins now.
    pub(crate) fn new(patience: Duration, at_once: CancellationToken) -> Self {
        let now = Instant::now();
        let until_release = patience - (patience / 4).min(LAST_WRITES);
        let release = now + until_release;
        Self {
            patience: until_release,
            release,
            end: (now + patience).max(release + LEAST_WRITES),
            at_once,
        }
    }

    /// How long running jobs may go on from its beginning.
    pub(crate) fn patience(&self) -> Duration {
        self.patience
    }

    /// Waits until running jobs are to be released.
    pub(crate) async fn release(&self) {
        tokio::select! {
            () = sleep_until(self.release) => {}
            () = self.at_once.cancelled() => {}
        }
    }

    /// Waits until nothing is waited for any more.
    pub(crate) async fn end(&self) {
        let at_once = async {
            self.at_once.cancelled().await;
            sleep(LAST_WRITES).await;
        };
        tokio::select! {
            () = sleep_until(self.end) => {}
            () = at_once => {}
        }
    }
}
