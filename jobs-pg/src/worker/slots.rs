//! Room for jobs: in the process, and in each of its queues.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

use super::WorkPlan;
use crate::store::{FetchRequest, Fetched};

/// The free slots, and which queues may have jobs for them.
#[derive(Debug)]
pub(crate) struct Slots {
    state: Mutex<State>,
    changed: Notify,
}

// Room is signed: what a worker takes back after a lost answer runs even where there is no room for it.
#[derive(Debug)]
struct State {
    free: isize,
    /// Whether a job runs alone, or waits for that: nothing else begins.
    is_alone: bool,
    queues: Vec<QueueSlots>,
    /// Where the next list of requests begins, so that no queue starves behind a busy one.
    first: usize,
}

#[derive(Debug)]
struct QueueSlots {
    name: &'static str,
    /// How many more calls of the function may run.
    free: isize,
    /// How many jobs one call takes at most.
    batch_size: usize,
    /// Whether the queue may have more due jobs than were fetched.
    may_have_more: bool,
    is_paused: bool,
}

/// Room for the jobs of one fetch. What is not used becomes free again when this is dropped.
#[derive(Debug)]
pub(crate) struct Reservation {
    slots: Arc<Slots>,
    /// How much of each queue may be fetched.
    pub(crate) requests: Vec<FetchRequest>,
    reserved: isize,
}

/// Room for the jobs of one call. It becomes free when this is dropped.
#[derive(Debug)]
pub(crate) struct Slot {
    slots: Arc<Slots>,
    name: &'static str,
    jobs: isize,
}

/// Nothing else begins while this lives.
#[derive(Debug)]
pub(crate) struct Alone {
    slots: Arc<Slots>,
}

impl Drop for Alone {
    fn drop(&mut self) {
        self.slots.state().is_alone = false;
        self.slots.changed.notify_waiters();
    }
}

fn signed(number: usize) -> isize {
    isize::try_from(number).unwrap_or(isize::MAX)
}

impl Slots {
    pub(crate) fn new(plan: &WorkPlan) -> Self {
        let queues = plan.queues.iter().map(|(name, worker)| QueueSlots {
            name,
            free: signed(worker.concurrency),
            batch_size: worker.batch_size(),
            may_have_more: true,
            is_paused: plan.paused.iter().any(|paused| paused == name),
        });
        let mut queues: Vec<QueueSlots> = queues.collect();
        queues.sort_by_key(|queue| queue.name);
        let state = State {
            free: signed(plan.concurrency),
            is_alone: false,
            queues,
            first: 0,
        };
        Self {
            state: Mutex::new(state),
            changed: Notify::new(),
        }
    }

    /// Reserves room for those of these queues that may have due jobs; `None` if there is none.
    pub(crate) fn reserve(self: &Arc<Self>, names: &[&'static str]) -> Option<Reservation> {
        let mut state = self.state();
        if state.is_alone {
            return None;
        }
        let free = state.free;
        state.first = (state.first + 1) % names.len().max(1);
        let (later, sooner) = names.split_at(state.first.min(names.len()));
        let mut requests = Vec::new();
        for name in sooner.iter().chain(later) {
            if let Some(queue) = state.queue(name)
                && queue.may_have_more
                && !queue.is_paused
                && queue.jobs().min(free) > 0
            {
                let slots = i32::try_from(queue.jobs().min(free)).unwrap_or(i32::MAX);
                requests.push(FetchRequest { name, slots });
            }
        }
        let wanted = requests
            .iter()
            .map(|request| i64::from(request.slots))
            .sum::<i64>();
        let reserved = isize::try_from(wanted).unwrap_or(isize::MAX).min(free);
        if reserved <= 0 {
            return None;
        }
        state.free -= reserved;
        Some(Reservation {
            slots: Arc::clone(self),
            requests,
            reserved,
        })
    }

    /// Takes room for one call, whether or not there is any.
    pub(crate) fn take(self: &Arc<Self>, name: &'static str, jobs: usize) -> Slot {
        let mut state = self.state();
        let jobs = signed(jobs);
        state.free -= jobs;
        if let Some(queue) = state.queue(name) {
            queue.free -= 1;
        }
        Slot {
            slots: Arc::clone(self),
            name,
            jobs,
        }
    }

    /// Lets nothing else begin until this is dropped; `None` if another job has asked for that already.
    pub(crate) fn keep_alone(self: &Arc<Self>) -> Option<Alone> {
        let mut state = self.state();
        if state.is_alone {
            return None;
        }
        state.is_alone = true;
        Some(Alone {
            slots: Arc::clone(self),
        })
    }

    /// Whether a job runs alone, or waits for that.
    pub(crate) fn is_kept_alone(&self) -> bool {
        self.state().is_alone
    }

    /// These queues may have due jobs.
    pub(crate) fn may_have_more(&self, names: &[&'static str]) {
        let mut state = self.state();
        for name in names {
            if let Some(queue) = state.queue(name) {
                queue.may_have_more = true;
            }
        }
    }

    /// Nothing is fetched from these queues, and from all others.
    pub(crate) fn pause(&self, paused: &[String]) {
        for queue in &mut self.state().queues {
            let is_paused = paused.iter().any(|paused| paused == queue.name);
            queue.may_have_more |= queue.is_paused && !is_paused;
            queue.is_paused = is_paused;
        }
        self.changed.notify_waiters();
    }

    /// Waits until there is room in one of these queues that may have due jobs.
    pub(crate) async fn available(&self, names: &[&'static str]) {
        loop {
            let changed = self.changed.notified();
            tokio::pin!(changed);
            // Enabled before the look, so that what becomes free in between is not missed.
            changed.as_mut().enable();
            if self.has_room(names) {
                return;
            }
            changed.await;
        }
    }

    fn has_room(&self, names: &[&'static str]) -> bool {
        let mut state = self.state();
        !state.is_alone
            && state.free > 0
            && names.iter().any(|name| {
                let queue = state.queue(name);
                queue.is_some_and(|queue| queue.may_have_more && !queue.is_paused && queue.free > 0)
            })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Reservation {
    /// How many jobs may be fetched in all.
    pub(crate) fn in_all(&self) -> usize {
        usize::try_from(self.reserved).unwrap_or(0)
    }

    /// Records which of the queues may have more than they gave.
    pub(crate) fn record(&self, fetched: &[Fetched]) {
        let is_full = fetched.len() >= self.in_all();
        let mut state = self.slots.state();
        for request in &self.requests {
            let taken = fetched
                .iter()
                .filter(|job| job.name == request.name)
                .count();
            let has_all = i32::try_from(taken).is_ok_and(|taken| taken >= request.slots);
            if let Some(queue) = state.queue(request.name) {
                queue.may_have_more = has_all || is_full;
            }
        }
    }

    /// Uses room for one call.
    pub(crate) fn slot(&mut self, name: &'static str, jobs: usize) -> Slot {
        let used = signed(jobs).min(self.reserved);
        self.reserved -= used;
        self.slots.state().free += used;
        self.slots.take(name, jobs)
    }
}

impl Drop for Reservation {
    fn drop(&mut self) {
        self.slots.state().free += self.reserved;
        self.slots.changed.notify_waiters();
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        let mut state = self.slots.state();
        state.free += self.jobs;
        if let Some(queue) = state.queue(self.name) {
            queue.free += 1;
        }
        drop(state);
        self.slots.changed.notify_waiters();
    }
}

impl State {
    fn queue(&mut self, name: &str) -> Option<&mut QueueSlots> {
        let at = self.queues.binary_search_by_key(&name, |queue| queue.name);
        self.queues.get_mut(at.ok()?)
    }
}

impl QueueSlots {
    /// How many more jobs may run.
    fn jobs(&self) -> isize {
        self.free.saturating_mul(signed(self.batch_size))
    }
}
