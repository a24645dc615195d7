//! The duties of an executor that is not started, done when they are asked for: for tests, which move the time by hand.

use std::sync::Arc;
use std::time::Duration;

use super::Maintenance;
use super::pass_deadline::PassDeadline;
use crate::config::{Intervals, Settings};
use crate::store::{ClockSpan, Store, with_timeout};
use crate::wakeups::Wakeups;

/// Each pass is free, whichever process took it last and when.
const AT_ONCE: Intervals = Intervals {
    supervise: Duration::ZERO,
    monitor: Duration::ZERO,
    maintenance: Duration::ZERO,
    flow: Duration::ZERO,
    cron_monitor: Duration::ZERO,
};

/// How long one of them may take.
const BOUND: Duration = Duration::from_secs(60);

/// The duties that the settings ask for (`supervise`, `schedule`).
pub(crate) struct ByHand {
    maintenance: Arc<Maintenance>,
    supervise: bool,
    schedule: bool,
}

impl ByHand {
    pub(crate) fn new(store: &Arc<Store>, settings: &Settings, wakeups: &Arc<Wakeups>) -> Self {
        let at_once = Settings {
            intervals: AT_ONCE,
            ..settings.clone()
        };
        Self {
            maintenance: Arc::new(Maintenance::on_demand(store, wakeups, &at_once)),
            supervise: settings.supervise,
            schedule: settings.schedule,
        }
    }

    /// Removes the jobs that were kept long enough.
    pub(crate) async fn tidy(&self) -> sqlx::Result<()> {
        if self.supervise {
            let limit = PassDeadline::on_demand(BOUND);
            self.maintenance.tidy(&limit, Duration::ZERO, None).await?;
        }
        Ok(())
    }

    /// Makes due what is: ends overdue attempts, lets jobs go that waited for others, files the occurrences of schedules.
    pub(crate) async fn make_due(&self) -> sqlx::Result<()> {
        let limit = || PassDeadline::on_demand(BOUND);
        if self.supervise {
            with_timeout(Arc::clone(&self.maintenance).sweep(limit())).await?;
            with_timeout(Arc::clone(&self.maintenance).resolve(limit())).await?;
        }
        if self.schedule {
            with_timeout(Arc::clone(&self.maintenance).file_due(limit())).await?;
        }
        Ok(())
    }

    /// Files what came due in a span of time that has passed at one go, as if a process had looked all along.
    pub(crate) async fn time_passed(&self, span: ClockSpan) -> sqlx::Result<()> {
        if self.schedule {
            let mut cron_scheduler = self.maintenance.cron_scheduler.lock().await;
            with_timeout(cron_scheduler.catch_up(&self.maintenance.store, span)).await?;
        }
        Ok(())
    }
}
