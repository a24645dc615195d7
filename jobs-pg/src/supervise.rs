//! Upkeep: what has to be done from time to time by somebody, whoever works. Each duty has its own timer.
//!
//! Processes share the duties, Node's too: whoever takes a pass does all of it, and the others look again later.

mod delivery;
mod duty;
mod flows;
mod maintain;
mod monitor;
mod reconcile;
mod recurrence;
mod timekeeper;

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Mutex, watch};
use tokio::task::JoinHandle;

pub(crate) use delivery::delivery;
pub(crate) use reconcile::reconcile;
pub(crate) use recurrence::Recurrence;

use crate::config::{Intervals, Settings};
use crate::store::Store;
use crate::worker::Doorbell;
use duty::Duty;
use timekeeper::Timekeeper;

/// How often each process looks for attempts whose worker is gone: their jobs are to run again within half a minute.
const SWEEP: Duration = Duration::from_secs(5);

/// How soon a pass that failed is tried again.
const SOON: Duration = Duration::from_secs(5);
/// How long one pass may take that is made every few seconds.
const SHORT: Duration = Duration::from_secs(60);
/// How long one pass may take over the counts of all queues.
const LONG: Duration = Duration::from_secs(600);
/// How long one pass may take that removes what a day left.
const LONGEST: Duration = Duration::from_secs(3600);

/// Starts the duties that the settings ask for (`supervise`, `schedule`); each ends when it is told to stop.
pub(crate) fn start(
    store: &Arc<Store>,
    settings: &Settings,
    doorbell: &Arc<Doorbell>,
    stopping: &watch::Receiver<bool>,
) -> Vec<JoinHandle<()>> {
    let upkeep = Arc::new(Upkeep {
        store: Arc::clone(store),
        doorbell: Arc::clone(doorbell),
        intervals: settings.intervals.clone(),
        timekeeper: Mutex::default(),
        claims: Mutex::default(),
    });
    let mut duties = Vec::new();
    if settings.supervise {
        duties.extend(upkeep.supervise(stopping));
    }
    if settings.schedule {
        duties.push(upkeep.keep_time(stopping));
    }
    duties
}

/// What the duties work with.
struct Upkeep {
    store: Arc<Store>,
    doorbell: Arc<Doorbell>,
    intervals: Intervals,
    timekeeper: Mutex<Timekeeper>,
    /// A claim passes over queues that are locked, so the duties of one process must not lock them to each other.
    claims: Mutex<()>,
}

impl Upkeep {
    fn supervise(self: &Arc<Self>, stopping: &watch::Receiver<bool>) -> [JoinHandle<()>; 4] {
        let Intervals {
            supervise, flow, ..
        } = self.intervals;
        let duty = |doing, interval: Duration, bound| Duty {
            doing,
            interval: interval.min(SOON),
            bound,
        };
        [
            self.take_on(
                duty("end overdue attempts", SWEEP, SHORT),
                stopping,
                Self::sweep,
            ),
            self.take_on(
                duty("release waiting jobs", flow, SHORT),
                stopping,
                Self::resolve,
            ),
            self.take_on(
                duty("watch queues", supervise, LONG),
                stopping,
                Self::monitor,
            ),
            self.take_on(
                duty("tidy queues", supervise, LONGEST),
                stopping,
                Self::maintain,
            ),
        ]
    }

    fn keep_time(self: &Arc<Self>, stopping: &watch::Receiver<bool>) -> JoinHandle<()> {
        let duty = Duty {
            doing: "look at the schedules",
            interval: self.intervals.cron_monitor.min(SOON),
            bound: SHORT,
        };
        self.take_on(duty, stopping, Self::file_due)
    }

    fn take_on<F>(
        self: &Arc<Self>,
        duty: Duty,
        stopping: &watch::Receiver<bool>,
        pass: fn(Arc<Self>) -> F,
    ) -> JoinHandle<()>
    where
        F: Future<Output = sqlx::Result<Duration>> + Send + 'static,
    {
        let upkeep = Arc::clone(self);
        tokio::spawn(duty.until_stopped(stopping.clone(), move || pass(Arc::clone(&upkeep))))
    }

    async fn sweep(self: Arc<Self>) -> sqlx::Result<Duration> {
        if monitor::sweep(&self.store).await? {
            self.doorbell.ring();
        }
        Ok(SWEEP)
    }

    async fn resolve(self: Arc<Self>) -> sqlx::Result<Duration> {
        if flows::resolve(&self.store, self.intervals.flow).await? {
            self.doorbell.ring();
        }
        Ok(self.intervals.flow)
    }

    async fn monitor(self: Arc<Self>) -> sqlx::Result<Duration> {
        let _turn = self.claims.lock().await;
        monitor::monitor(&self.store, self.intervals.monitor).await?;
        Ok(self.intervals.supervise)
    }

    async fn maintain(self: Arc<Self>) -> sqlx::Result<Duration> {
        let interval = self.intervals.maintenance.as_secs_f64();
        let queues = {
            let _turn = self.claims.lock().await;
            self.store.claim_maintenance(interval).await?
        };
        maintain::maintain(&self.store, &queues).await?;
        Ok(self.intervals.supervise)
    }

    async fn file_due(self: Arc<Self>) -> sqlx::Result<Duration> {
        let mut timekeeper = self.timekeeper.lock().await;
        let pass = timekeeper
            .pass(&self.store, self.intervals.cron_monitor)
            .await?;
        if pass.filed > 0 {
            self.doorbell.ring();
        }
        Ok(pass.again_in)
    }
}

#[cfg(test)]
mod tests;
