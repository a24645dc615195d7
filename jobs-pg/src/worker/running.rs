//! The attempts that run in this process, and the room for more.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jobs_core::Cancellation;
use tokio::sync::Notify;
use tokio::time::Instant;
use uuid::Uuid;

use super::Plan;
use crate::store::{Attempt, Fetched, Limits, Wanted};

/// Where the queue has none of its own: the heartbeat of queues that we create.
const HEARTBEAT: Duration = Duration::from_secs(15);

/// The attempts that run, by what names them, and the free slots.
#[derive(Debug)]
pub(crate) struct RunningAttempts {
    state: Mutex<State>,
    ended: Notify,
}

#[derive(Debug)]
struct State {
    attempts: HashMap<Attempt, Sign>,
    free: usize,
    rooms: Vec<Room>,
    /// Where the next list of wishes begins, so that no queue starves behind a busy one.
    first: usize,
}

#[derive(Debug)]
struct Room {
    name: &'static str,
    /// How many more calls of the function may run.
    free: usize,
    /// How many jobs one call takes at most.
    batch_size: usize,
    limits: Option<Arc<Limits>>,
    /// Whether the queue may have more due jobs than were fetched.
    hungry: bool,
}

/// An attempt that begins.
#[derive(Debug)]
pub(crate) struct Member {
    pub(crate) attempt: Attempt,
    pub(crate) cancellation: Cancellation,
    pub(crate) heartbeat_seconds: Option<i32>,
}

#[derive(Debug)]
struct Sign {
    cancellation: Cancellation,
    last: Instant,
    every: Duration,
}

impl RunningAttempts {
    pub(crate) fn new(plan: &Plan) -> Self {
        let mut rooms: Vec<Room> = plan
            .lines
            .iter()
            .map(|(name, line)| Room {
                name,
                free: line.concurrency,
                batch_size: line.batch_size(),
                limits: line.limits.clone(),
                hungry: true,
            })
            .collect();
        rooms.sort_by_key(|room| room.name);
        let state = State {
            attempts: HashMap::new(),
            free: plan.concurrency,
            rooms,
            first: 0,
        };
        Self {
            state: Mutex::new(state),
            ended: Notify::new(),
        }
    }

    /// What may be fetched now: so many of each queue, and so many in all.
    pub(crate) fn wanted(&self) -> (Vec<Wanted>, usize) {
        let mut state = self.state();
        let free = state.free;
        if free == 0 {
            return (Vec::new(), 0);
        }
        state.first = (state.first + 1) % state.rooms.len().max(1);
        let (later, sooner) = state.rooms.split_at(state.first.min(state.rooms.len()));
        let wanted = sooner
            .iter()
            .chain(later)
            .filter(|room| room.free > 0)
            .map(|room| Wanted {
                name: room.name,
                slots: i32::try_from(room.jobs().min(free)).unwrap_or(i32::MAX),
                limits: room.limits.clone(),
            })
            .collect();
        (wanted, free)
    }

    /// The attempts of one call begin.
    pub(crate) fn begin(&self, members: &[Member]) {
        let last = Instant::now();
        let mut state = self.state();
        for member in members {
            let heartbeat = member
                .heartbeat_seconds
                .and_then(|seconds| u64::try_from(seconds).ok())
                .map_or(HEARTBEAT, Duration::from_secs);
            let sign = Sign {
                cancellation: member.cancellation.clone(),
                last,
                every: heartbeat / 3,
            };
            state.attempts.insert(member.attempt.clone(), sign);
        }
        state.free = state.free.saturating_sub(members.len());
        if let Some(room) = members
            .first()
            .and_then(|member| state.room_of(&member.attempt.name))
        {
            room.free = room.free.saturating_sub(1);
        }
    }

    /// The attempts of one call have ended, whatever they came to.
    pub(crate) fn end(&self, attempts: &[Attempt]) {
        let mut state = self.state();
        for attempt in attempts {
            state.attempts.remove(attempt);
        }
        state.free += attempts.len();
        if let Some(room) = attempts
            .first()
            .and_then(|attempt| state.room_of(&attempt.name))
        {
            room.free += 1;
        }
        drop(state);
        self.ended.notify_waiters();
    }

    /// Notes which of the asked queues may have more than they gave.
    pub(crate) fn fed(&self, asked: &[Wanted], in_all: usize, fetched: &[Fetched]) {
        let mut state = self.state();
        for queue in asked {
            let taken = fetched.iter().filter(|job| job.name == queue.name).count();
            let full = i32::try_from(taken).is_ok_and(|taken| taken >= queue.slots);
            if let Some(room) = state.room_of(queue.name) {
                room.hungry = full || fetched.len() >= in_all;
            }
        }
    }

    /// There may be more in any queue.
    pub(crate) fn all_hungry(&self) {
        for room in &mut self.state().rooms {
            room.hungry = true;
        }
    }

    /// Waits for a free slot of a queue that may have more.
    pub(crate) async fn hungry_slot(&self) {
        self.until(|state| {
            state.free > 0 && state.rooms.iter().any(|room| room.hungry && room.free > 0)
        })
        .await;
    }

    /// How many run, by queue.
    pub(crate) fn count(&self) -> HashMap<Arc<str>, usize> {
        let mut counts = HashMap::new();
        for attempt in self.state().attempts.keys() {
            *counts.entry(Arc::clone(&attempt.name)).or_default() += 1;
        }
        counts
    }

    /// Waits until none runs.
    pub(crate) async fn all_ended(&self) {
        self.until(|state| state.attempts.is_empty()).await;
    }

    async fn until(&self, reached: impl Fn(&State) -> bool) {
        loop {
            let ended = self.ended.notified();
            tokio::pin!(ended);
            // Enabled before the look, so that what ends in between is not missed.
            ended.as_mut().enable();
            if reached(&self.state()) {
                return;
            }
            ended.await;
        }
    }

    /// The attempts that owe a sign of life, and the moment when the next one will.
    pub(crate) fn due_signs(&self) -> (Vec<Attempt>, Instant) {
        let now = Instant::now();
        let state = self.state();
        let due = state
            .attempts
            .iter()
            .filter(|(_, sign)| sign.last + sign.every <= now);
        let due = due.map(|(attempt, _)| attempt.clone()).collect();
        let next = state
            .attempts
            .values()
            .map(|sign| sign.last + sign.every)
            .min();
        (
            due,
            next.map_or(now + HEARTBEAT / 3, |next| next.min(now + HEARTBEAT / 3)),
        )
    }

    /// Notes who gave a sign, and calls off those who are no longer ours. Answers how many these are.
    pub(crate) fn signed(&self, asked: &[Attempt], ours: &HashSet<Uuid>) -> usize {
        let mut state = self.state();
        let mut lost = 0;
        for attempt in asked {
            let Some(sign) = state.attempts.get_mut(attempt) else {
                continue;
            };
            sign.last = Instant::now();
            if !ours.contains(&attempt.id) {
                sign.cancellation.cancel();
                lost += 1;
            }
        }
        lost
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Room {
    /// How many more jobs may run.
    fn jobs(&self) -> usize {
        self.free.saturating_mul(self.batch_size)
    }
}

impl State {
    fn room_of(&mut self, name: &str) -> Option<&mut Room> {
        let at = self
            .rooms
            .binary_search_by_key(&name, |room| room.name)
            .ok()?;
        self.rooms.get_mut(at)
    }
}
