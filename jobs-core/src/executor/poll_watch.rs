//! Notices when an async function keeps its thread.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// A poll that takes longer keeps a thread from all other tasks.
const LONG: Duration = Duration::from_secs(1);

/// Shows to other threads whether the function of an attempt keeps its thread, instead of awaiting. Clones share their state.
///
/// [`dispatch`](super::dispatch) itself reports it when the function awaits at last. An executor that has a thread of its own can
/// report it sooner: it gives one to each attempt by [`Run::watched_by`](super::Run::watched_by), and asks it from time to time.
#[derive(Debug, Clone, Default)]
pub struct PollWatch {
    state: Arc<State>,
}

#[derive(Debug, Default)]
struct State {
    begun: Mutex<Option<Instant>>,
    is_reported: AtomicBool,
}

impl PollWatch {
    /// For how long the function has kept its thread, if that is longer than a second and is to be reported. It is `Some` once for
    /// each attempt.
    pub fn blocked_for(&self) -> Option<Duration> {
        let begun = *self.begun();
        self.to_report(begun?.elapsed())
    }

    /// Polls under watch. Returns what the poll did, and how long it took if that is to be reported.
    pub(crate) fn watch<T>(&self, poll: impl FnOnce() -> T) -> (T, Option<Duration>) {
        let begun = Instant::now();
        *self.begun() = Some(begun);
        let polled = poll();
        *self.begun() = None;
        (polled, self.to_report(begun.elapsed()))
    }

    fn to_report(&self, took: Duration) -> Option<Duration> {
        (took > LONG && !self.state.is_reported.swap(true, Ordering::Relaxed)).then_some(took)
    }

    fn begun(&self) -> MutexGuard<'_, Option<Instant>> {
        let begun = self.state.begun.lock();
        begun.unwrap_or_else(PoisonError::into_inner)
    }
}
