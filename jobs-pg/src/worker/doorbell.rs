//! What wakes the producer: something is due, or will be at a known moment.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::{Notify, watch};
use tokio::time::Instant;

/// Rung by submissions of this process, by the listener, and by settled retries. Nothing depends on it: the producer also
/// looks from time to time.
#[derive(Debug, Default)]
pub(crate) struct Doorbell {
    rung: Notify,
    next: Mutex<Option<Instant>>,
    moved: watch::Sender<()>,
}

impl Doorbell {
    /// Something is due now.
    pub(crate) fn ring(&self) {
        self.rung.notify_one();
    }

    /// Something is due after this time.
    pub(crate) fn ring_after(&self, time: Duration) {
        let Some(at) = Instant::now().checked_add(time) else {
            return;
        };
        let mut next = self.next.lock().unwrap_or_else(PoisonError::into_inner);
        if next.is_none_or(|next| at < next) {
            *next = Some(at);
            // Whoever waits has to look at the new moment.
            self.rung.notify_one();
        }
    }

    /// The time of the database has jumped: whatever waits for a time has to look at it again.
    pub(crate) fn time_moved(&self) {
        self.moved.send_replace(());
        self.ring();
    }

    /// What tells that the time has jumped.
    pub(crate) fn moves(&self) -> watch::Receiver<()> {
        self.moved.subscribe()
    }

    /// Waits until it rings, or until this moment at the latest.
    pub(crate) async fn heard_until(&self, latest: Instant) {
        let next = *self.next.lock().unwrap_or_else(PoisonError::into_inner);
        let until = next.map_or(latest, |next| next.min(latest));
        tokio::select! {
            () = self.rung.notified() => {}
            () = tokio::time::sleep_until(until) => {}
        }
        let mut next = self.next.lock().unwrap_or_else(PoisonError::into_inner);
        if next.is_some_and(|next| next <= Instant::now()) {
            *next = None;
        }
    }
}
