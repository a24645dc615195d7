//! Upkeep: what has to be done from time to time by somebody, whoever works. Each duty has its own timer.
//!
//! Processes share the duties, Node's too: whoever takes a pass does all of it, and the others look again later.

mod alarm;
mod by_hand;
mod continuity;
mod delivery;
mod flows;
mod limit;
mod maintain;
mod monitor;
mod parsed_schedules;
mod periodic;
mod reconcile;
mod registration;
mod sweep;
mod timekeeper;
mod upkeep;

use std::sync::Arc;
use std::time::Duration;

use jobs_core::Registry;
use tokio::time::Instant;

pub(crate) use by_hand::ByHand;
pub(crate) use delivery::delivery;
pub(crate) use reconcile::reconcile;
use reconcile::scheduled_queues;
pub(crate) use upkeep::Upkeep;

use crate::config::{Intervals, Settings};
use crate::health::Health;
use crate::task::Tasks;
use crate::worker::Report;
use limit::Limit;
use periodic::PeriodicTask;
use registration::Registration;
use upkeep::SWEEP;

/// How soon a pass that failed is tried again.
const SOON: Duration = Duration::from_secs(5);
/// How long one pass may take that is made every few seconds.
const SHORT: Duration = Duration::from_secs(60);
/// How long one pass may take over the counts of all queues.
const LONG: Duration = Duration::from_secs(600);
/// How long one pass may take that removes what a day left.
const LONGEST: Duration = Duration::from_secs(3600);
/// How long a pass may take to end when the executor stops, with what it has to give back.
const LAST_PASS: Duration = Duration::from_secs(6);

/// The maintenance that this process does, until it stops.
pub(crate) struct Supervision {
    tasks: Tasks,
    registration: Option<Registration>,
}

impl Supervision {
    /// Starts the tasks that the settings ask for (`supervise`, `schedule`, `registerInstance`).
    pub(crate) fn start(
        upkeep: &Arc<Upkeep>,
        settings: &Settings,
        report: Option<Arc<Report>>,
        health: &Health,
    ) -> Self {
        let passes = Passes {
            upkeep,
            tasks: Tasks::new(health.clone()),
            health,
        };
        if settings.supervise {
            passes.supervise();
        }
        if settings.schedule {
            passes.keep_time();
        }
        Self {
            tasks: passes.tasks,
            registration: Registration::start(upkeep, settings, report, health),
        }
    }

    /// Lets no further pass begin.
    pub(crate) fn begin_to_stop(&self) {
        self.tasks.begin_to_stop();
    }

    /// Waits for the passes that are under way, and aborts those that take longer than a moment.
    pub(crate) async fn stop(self) {
        self.tasks.stop(Instant::now() + LAST_PASS).await;
        if let Some(registration) = self.registration {
            registration.stop().await;
        }
    }
}

/// Announces that this process declares the schedules of these jobs, before it does.
pub(crate) async fn announce(upkeep: &Upkeep, settings: &Settings, declared: &Registry) {
    upkeep
        .scheduled_queues
        .get_or_init(|| scheduled_queues(declared));
    registration::announce(upkeep, settings).await;
}

/// Starts the tasks, one for each kind of pass.
struct Passes<'a> {
    upkeep: &'a Arc<Upkeep>,
    tasks: Tasks,
    health: &'a Health,
}

impl Passes<'_> {
    fn supervise(&self) {
        let Intervals {
            supervise, flow, ..
        } = self.upkeep.intervals;
        self.start("end overdue attempts", SWEEP, SHORT, Upkeep::sweep);
        self.start("release waiting jobs", flow, SHORT, Upkeep::resolve);
        self.start("watch queues", supervise, LONG, Upkeep::monitor);
        self.start("tidy queues", supervise, LONGEST, Upkeep::maintain);
    }

    fn keep_time(&self) {
        let interval = self.upkeep.intervals.cron_monitor;
        self.start("look at the schedules", interval, SHORT, Upkeep::file_due);
    }

    fn start<F>(
        &self,
        doing: &'static str,
        interval: Duration,
        bound: Duration,
        pass: fn(Arc<Upkeep>, Limit) -> F,
    ) where
        F: Future<Output = sqlx::Result<Duration>> + Send + 'static,
    {
        let task = PeriodicTask {
            doing,
            interval: interval.min(SOON),
            bound,
            health: self.health.clone(),
        };
        let upkeep = Arc::clone(self.upkeep);
        let pass = move |limit| pass(Arc::clone(&upkeep), limit);
        task.start(&self.tasks, &self.upkeep.doorbell.moves(), pass);
    }
}

#[cfg(test)]
mod tests;
