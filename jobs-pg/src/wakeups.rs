//! What wakes the fetchers: something is due in a queue, or will be at a known moment.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use tokio::sync::{Notify, watch};
use tokio::time::{Instant, sleep_until};

/// Rung by submissions of this process, by the listener, and by settled retries. Nothing depends on it: the fetchers also look
/// from time to time.
#[derive(Debug, Default)]
pub(crate) struct Wakeups {
    list: Mutex<Vec<Weak<Wakeup>>>,
    moved: watch::Sender<()>,
    pauses: watch::Sender<()>,
}

/// The side of one fetcher: it hears of its own queues only.
#[derive(Debug)]
pub(crate) struct Wakeup {
    /// When each queue has something due, as far as that is known.
    due: Mutex<HashMap<&'static str, Option<Instant>>>,
    notified: Notify,
}

impl Wakeups {
    /// Something is due now, in any queue.
    pub(crate) fn notify_all(&self) {
        self.each(|wakeup| wakeup.notify(None, Instant::now()));
    }

    /// Something is due now in this queue.
    pub(crate) fn notify_queue(&self, queue: &str) {
        self.each(|wakeup| wakeup.notify(Some(queue), Instant::now()));
    }

    /// Something is due after this time, in any queue.
    pub(crate) fn notify_after(&self, time: Duration) {
        if let Some(at) = Instant::now().checked_add(time) {
            self.each(|wakeup| wakeup.notify(None, at));
        }
    }

    /// Something is due after this time in this queue.
    pub(crate) fn notify_queue_after(&self, queue: &str, time: Duration) {
        if let Some(at) = Instant::now().checked_add(time) {
            self.each(|wakeup| wakeup.notify(Some(queue), at));
        }
    }

    /// The time of the database has jumped: whatever waits for a time has to look at it again.
    #[cfg(feature = "testing")]
    pub(crate) fn time_moved(&self) {
        self.moved.send_replace(());
        self.notify_all();
    }

    /// What tells that the time has jumped.
    pub(crate) fn moves(&self) -> watch::Receiver<()> {
        self.moved.subscribe()
    }

    /// A queue was paused or resumed.
    pub(crate) fn pauses_changed(&self) {
        self.pauses.send_replace(());
    }

    /// What tells that a queue was paused or resumed.
    pub(crate) fn pauses(&self) -> watch::Receiver<()> {
        self.pauses.subscribe()
    }

    /// What wakes the fetcher of these queues.
    pub(crate) fn wakeup(&self, queues: &[&'static str]) -> Arc<Wakeup> {
        let wakeup = Arc::new(Wakeup {
            due: Mutex::new(queues.iter().map(|queue| (*queue, None)).collect()),
            notified: Notify::new(),
        });
        self.list().push(Arc::downgrade(&wakeup));
        wakeup
    }

    fn each(&self, notify: impl Fn(&Wakeup)) {
        self.list().retain(|wakeup| match wakeup.upgrade() {
            Some(wakeup) => {
                notify(&wakeup);
                true
            }
            None => false,
        });
    }

    fn list(&self) -> MutexGuard<'_, Vec<Weak<Wakeup>>> {
        self.list.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Wakeup {
    fn notify(&self, queue: Option<&str>, at: Instant) {
        let mut due = self.due();
        let mut is_sooner = false;
        let mut note = |due: &mut Option<Instant>| {
            if due.is_none_or(|due| at < due) {
                *due = Some(at);
                is_sooner = true;
            }
        };
        match queue {
            Some(queue) => due.get_mut(queue).into_iter().for_each(&mut note),
            None => due.values_mut().for_each(&mut note),
        }
        drop(due);
        if is_sooner {
            self.notified.notify_one();
        }
    }

    /// Waits until something is due, and returns where; at the latest until this moment, and then it returns all queues.
    pub(crate) async fn wait_until(&self, latest: Instant) -> Vec<&'static str> {
        loop {
            let now = Instant::now();
            if now >= latest {
                return self.take(|_| true);
            }
            let next = self.due().values().filter_map(|due| *due).min();
            if next.is_some_and(|next| next <= now) {
                return self.take(|due| due.is_some_and(|due| due <= now));
            }
            tokio::select! {
                () = self.notified.notified() => {}
                () = sleep_until(next.map_or(latest, |next| next.min(latest))) => {}
            }
        }
    }

    fn take(&self, is_taken: impl Fn(Option<Instant>) -> bool) -> Vec<&'static str> {
        let mut taken = Vec::new();
        for (queue, due) in self.due().iter_mut() {
            if is_taken(*due) {
                // A time that is still to come is kept.
                *due = due.filter(|due| *due > Instant::now());
                taken.push(*queue);
            }
        }
        taken
    }

    fn due(&self) -> MutexGuard<'_, HashMap<&'static str, Option<Instant>>> {
        self.due.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
