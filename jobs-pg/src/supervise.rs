//! Maintenance: what has to be done from time to time, by any process. Each task has its own timer.
//!
//! Processes share the tasks, Node's too: the process that takes a pass does all of it, and the others look again later.

#[cfg(feature = "testing")]
mod by_hand;
mod cleanup;
mod continuity;
mod cron_forwarder;
mod cron_scheduler;
mod flows;
mod maintenance;
mod monitor;
mod parsed_schedules;
mod pass_deadline;
mod periodic;
mod reconcile;
mod registration;
mod sweep;
mod warnings;

use std::sync::Arc;
use std::time::Duration;

use jobs_core::executor::Registry;
use tokio::time::Instant;

#[cfg(feature = "testing")]
pub(crate) use by_hand::ByHand;
pub(crate) use cron_forwarder::cron_forwarder;
pub(crate) use maintenance::Maintenance;
pub(crate) use reconcile::reconcile;
use reconcile::scheduled_queues;

use crate::config::{Intervals, Settings};
use crate::health::Health;
use crate::task::Tasks;
use maintenance::SWEEP;
use pass_deadline::PassDeadline;
use periodic::PeriodicTask;
use registration::Registration;
pub(crate) use registration::WorkerReport;

/// How soon a pass that failed is tried again.
const CRON_CHECK: Duration = Duration::from_secs(5);
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
        maintenance: &Arc<Maintenance>,
        settings: &Settings,
        report: Option<WorkerReport>,
        health: &Health,
    ) -> Self {
        let passes = Passes {
            maintenance,
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
            registration: Registration::start(maintenance, settings, report, health),
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
pub(crate) async fn announce(maintenance: &Maintenance, settings: &Settings, declared: &Registry) {
    maintenance
        .scheduled_queues
        .get_or_init(|| scheduled_queues(declared));
    registration::announce(maintenance, settings).await;
}

/// Starts the tasks, one for each kind of pass.
struct Passes<'a> {
    maintenance: &'a Arc<Maintenance>,
    tasks: Tasks,
    health: &'a Health,
}

impl Passes<'_> {
    fn supervise(&self) {
        let Intervals {
            supervise, flow, ..
        } = self.maintenance.intervals;
        self.start("end overdue attempts", SWEEP, SHORT, Maintenance::sweep);
        self.start("release waiting jobs", flow, SHORT, Maintenance::resolve);
        self.start("watch queues", supervise, LONG, Maintenance::monitor);
        self.start("tidy queues", supervise, LONGEST, Maintenance::maintain);
    }

    fn keep_time(&self) {
        let interval = self.maintenance.intervals.cron_monitor;
        self.start(
            "look at the schedules",
            interval,
            SHORT,
            Maintenance::file_due,
        );
    }

    fn start<F>(
        &self,
        doing: &'static str,
        interval: Duration,
        bound: Duration,
        pass: fn(Arc<Maintenance>, PassDeadline) -> F,
    ) where
        F: Future<Output = sqlx::Result<Duration>> + Send + 'static,
    {
        let task = PeriodicTask {
            doing,
            interval: interval.min(CRON_CHECK),
            bound,
            health: self.health.clone(),
        };
        let maintenance = Arc::clone(self.maintenance);
        let pass = move |limit| pass(Arc::clone(&maintenance), limit);
        task.start(&self.tasks, &self.maintenance.wakeups.moves(), pass);
    }
}

#[cfg(test)]
mod tests;
