//! Waiting for a thing instead of for a time.

use std::time::Duration;

use tokio::time::{Instant, sleep};

/// How long a test waits for what must come. It costs nothing where it comes, so it is long enough for a busy machine.
pub const BOUND: Duration = Duration::from_secs(120);
const PAUSE: Duration = Duration::from_millis(20);

/// Waits until the check holds.
///
/// # Panics
/// If it does not within [`BOUND`]; `what` says in the message what was waited for.
pub async fn eventually(what: &str, mut check: impl AsyncFnMut() -> bool) {
    wait_for(what, async || check().await.then_some(())).await;
}

/// Waits until there is a value, and gives it.
///
/// # Panics
/// If there is none within [`BOUND`].
pub async fn wait_for<T>(what: &str, mut look: impl AsyncFnMut() -> Option<T>) -> T {
    let give_up = Instant::now() + BOUND;
    loop {
        if let Some(found) = look().await {
            return found;
        }
        assert!(
            Instant::now() < give_up,
            "waited {} s in vain: {what}",
            BOUND.as_secs()
        );
        sleep(PAUSE).await;
    }
}
