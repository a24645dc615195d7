//! When to fetch, and how much. One fetcher serves all queues without limits, in one statement; each queue with limits has one of
//! its own, so that it holds up no other.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use jobs_core::executor::Outcome;
use tokio::time::{Instant, sleep};

use super::slots::{Reservation, Slot};
use super::{Shared, alone, attempt};
use crate::backoff::Backoff;
use crate::outage::Outage;
use crate::store::{Fetched, Limits};
use crate::wakeups::Wakeup;
use pg_boss::error::{is_disconnected, is_unique_violation};

/// How long the wakeups may be silent before a fetcher looks by itself.
const POLL: Duration = Duration::from_secs(2);
/// When to look behind jobs that cannot go. Not at once: that reads them all.
const LOOK_BEHIND: Duration = Duration::from_millis(300);
const FIRST_PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// Fetches for some queues of the process.
pub(crate) struct Fetcher {
    shared: Arc<Shared>,
    queues: Vec<&'static str>,
    /// What holds jobs of its one queue back beside their time.
    limits: Option<Arc<Limits>>,
    wakeup: Arc<Wakeup>,
    /// Until when a fetch whose answer was lost may still take jobs.
    unanswered_until: Option<Instant>,
}

impl Fetcher {
    pub(crate) fn new(
        shared: &Arc<Shared>,
        queues: Vec<&'static str>,
        limits: Option<Arc<Limits>>,
    ) -> Self {
        Self {
            wakeup: shared.wakeups.wakeup(&queues),
            shared: Arc::clone(shared),
            queues,
            limits,
            // One that is started again after a panic may have lost an answer.
            unanswered_until: Some(Instant::now()),
        }
    }

    /// Fetches and starts jobs until the worker stops.
    pub(crate) async fn run(mut self) {
        let mut outage = Outage::of("fetch jobs", self.shared.boss.health());
        let mut backoff = Backoff::new(FIRST_PAUSE, LONGEST_PAUSE);
        let stopping = self.shared.fetchers.stopping().clone();
        while !stopping.is_cancelled() {
            match self.pass().await {
                Ok(()) => {
                    outage.ended();
                    backoff.reset();
                    tokio::select! {
                        () = self.next_reason() => {}
                        () = stopping.cancelled() => {}
                    }
                }
                Err(error) if is_unique_violation(&error) && self.limits.is_none() => {
                    self.separate_limited().await;
                }
                Err(error) => {
                    outage.failed(&error);
                    tokio::select! {
                        () = sleep(backoff.pause()) => {}
                        () = stopping.cancelled() => {}
                    }
                }
            }
        }
        if self.unanswered_until.is_some() {
            // Nothing is begun any more: what is taken back is released.
            if let Err(error) = self.take_back().await {
                tracing::debug!(%error, "cannot take back jobs whose fetch was not answered");
            }
        }
    }

    /// Fetches once, if there is room, and starts what came.
    async fn pass(&mut self) -> sqlx::Result<()> {
        if self.unanswered_until.is_some() {
            self.take_back().await?;
        }
        let Some(mut reservation) = self.shared.slots.reserve(&self.queues) else {
            return Ok(());
        };
        let fetched = self.fetch(&reservation).await;
        if fetched.as_ref().is_err_and(is_disconnected) {
            // The server may go on with the statement until the time limit of its own ends it.
            self.unanswered_until = Some(Instant::now() + self.shared.connections.bound());
        }
        let fetched = fetched?;
        reservation.record(&fetched);
        if fetched.iter().any(|job| job.has_more) {
            for queue in &self.queues {
                self.shared.wakeups.notify_queue_after(queue, LOOK_BEHIND);
            }
        }
        self.start(Some(&mut reservation), fetched).await;
        Ok(())
    }

    /// Waits for a reason to fetch again.
    async fn next_reason(&self) {
        tokio::select! {
            () = self.shared.slots.available(&self.queues) => {}
            queues = self.wakeup.wait_until(Instant::now() + POLL) => self.shared.slots.may_have_more(&queues),
        }
    }

    async fn fetch(&self, reservation: &Reservation) -> sqlx::Result<Vec<Fetched>> {
        let Shared { store, mark, .. } = &*self.shared;
        let connections = match self.limits {
            Some(_) => &self.shared.limited_connections,
            None => &self.shared.connections,
        };
        let fetch = async {
            let mut connection = connections.acquire().await?;
            let fetched = match (&self.limits, &reservation.requests[..]) {
                (Some(limits), [request]) => {
                    store
                        .fetch_alone(&mut connection, request, limits, *mark)
                        .await
                }
                (_, requests) => {
                    let in_all = reservation.in_all();
                    store
                        .fetch_together(&mut connection, requests, in_all, *mark)
                        .await
                }
            };
            connection.give_back(fetched)
        };
        connections.with_timeout(fetch).await
    }

    /// Starts what an earlier fetch took whose answer was lost.
    async fn take_back(&mut self) -> sqlx::Result<()> {
        let Shared {
            store,
            mark,
            connections,
            leases,
            ..
        } = &*self.shared;
        let take_back = async {
            let mut connection = connections.acquire().await?;
            let taken = store.take_back(&mut connection, &self.queues, *mark).await;
            connection.give_back(taken)
        };
        let mut taken = connections.with_timeout(take_back).await?;
        taken.retain(|job| !leases.is_held(&job.attempt()));
        if !taken.is_empty() {
            tracing::warn!(
                jobs = taken.len(),
                "took back jobs that were fetched when the connection was lost"
            );
        }
        self.start(None, taken).await;
        if self
            .unanswered_until
            .is_some_and(|until| until <= Instant::now())
        {
            self.unanswered_until = None;
        }
        Ok(())
    }

    /// Starts what was fetched; jobs that may have killed a process each alone.
    async fn start(&self, mut reservation: Option<&mut Reservation>, fetched: Vec<Fetched>) {
        if self.shared.fetchers.stopping().is_cancelled() || self.shared.slots.is_kept_alone() {
            return self.release(fetched).await;
        }
        let (first, mut retried): (Vec<_>, Vec<_>) =
            fetched.into_iter().partition(|job| job.retry_count == 0);
        self.start_calls(reservation.as_deref_mut(), first);
        if retried.is_empty() {
            return;
        }
        let suspects = self.shared.take_suspects(&mut retried).await;
        self.start_calls(reservation.as_deref_mut(), retried);
        for job in suspects {
            let Some((queue, worker)) = self.shared.plan.queues.get_key_value(job.name.as_str())
            else {
                continue;
            };
            let slot = self.slot(&mut reservation, queue, 1);
            let run = alone::run(Arc::clone(&self.shared), slot, worker.clone(), job);
            self.shared.attempts.spawn(run);
        }
    }

    /// Starts a call for each job, or for as many as its function takes at once.
    fn start_calls(&self, mut reservation: Option<&mut Reservation>, fetched: Vec<Fetched>) {
        let mut calls: Vec<(&'static str, Vec<Fetched>)> = Vec::new();
        let mut open: HashMap<&str, usize> = HashMap::new();
        for job in fetched {
            let Some((queue, worker)) = self.shared.plan.queues.get_key_value(job.name.as_str())
            else {
                continue;
            };
            let call = open.get(queue).and_then(|at| calls.get_mut(*at));
            match call.filter(|(_, jobs)| jobs.len() < worker.batch_size()) {
                Some((_, jobs)) => jobs.push(job),
                None => {
                    open.insert(queue, calls.len());
                    calls.push((queue, vec![job]));
                }
            }
        }
        for (queue, jobs) in calls {
            let Some(worker) = self.shared.plan.queues.get(queue) else {
                continue;
            };
            let slot = self.slot(&mut reservation, queue, jobs.len());
            let run = attempt::run(Arc::clone(&self.shared), slot, worker.clone(), jobs);
            self.shared.attempts.spawn(run);
        }
    }

    fn slot(
        &self,
        reservation: &mut Option<&mut Reservation>,
        queue: &'static str,
        jobs: usize,
    ) -> Slot {
        match reservation {
            Some(reservation) => reservation.slot(queue, jobs),
            None => self.shared.slots.take(queue, jobs),
        }
    }

    /// Gives back what was fetched in the last moment, and not begun.
    async fn release(&self, fetched: Vec<Fetched>) {
        for job in fetched {
            let lease = self.shared.leases.hold(&job);
            self.shared.settle(lease, Outcome::Released).await;
        }
    }

    /// One of the queues was made anew with a policy that looks at active jobs: from now on it has a fetcher of its own.
    async fn separate_limited(&mut self) {
        match self.shared.find_limited(&self.queues).await {
            Ok(limited) if !limited.is_empty() => {
                self.queues.retain(|queue| !limited.contains(queue));
                for queue in limited {
                    tracing::info!(
                        queue,
                        "the queue has a policy that limits its active jobs; fetching from it alone"
                    );
                    self.shared.start_fetcher(vec![queue], Some(Arc::default()));
                }
            }
            Ok(_) => sleep(FIRST_PAUSE).await,
            Err(error) => {
                tracing::debug!(%error, "cannot look at the policies of the queues");
                sleep(FIRST_PAUSE).await;
            }
        }
    }
}
