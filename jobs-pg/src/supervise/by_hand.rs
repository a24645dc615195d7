//! The duties of an executor that is not started, done when they are asked for: for tests, which move the time by hand.

use std::sync::Arc;
use std::time::Duration;

use super::Upkeep;
use super::limit::Limit;
use crate::config::{Intervals, Settings};
use crate::store::{Moved, Store, bounded};
use crate::worker::Doorbell;

/// Each pass is free, whoever took it last and when.
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
    upkeep: Arc<Upkeep>,
    supervise: bool,
    schedule: bool,
}

impl ByHand {
    pub(crate) fn new(store: &Arc<Store>, settings: &Settings, doorbell: &Arc<Doorbell>) -> Self {
        let at_once = Settings {
            intervals: AT_ONCE,
            ..settings.clone()
        };
        Self {
            upkeep: Arc::new(Upkeep::on_demand(store, doorbell, &at_once)),
            supervise: settings.supervise,
            schedule: settings.schedule,
        }
    }

    /// Removes the jobs that were kept long enough.
    pub(crate) async fn tidy(&self) -> sqlx::Result<()> {
        if self.supervise {
            let limit = Limit::on_demand(BOUND);
            self.upkeep.tidy(&limit, Duration::ZERO, None).await?;
        }
        Ok(())
    }

    /// Makes due what is: ends overdue attempts, lets jobs go that waited for others, files the occurrences of schedules.
    pub(crate) async fn make_due(&self) -> sqlx::Result<()> {
        let limit = || Limit::on_demand(BOUND);
        if self.supervise {
            bounded(Arc::clone(&self.upkeep).sweep(limit())).await?;
            bounded(Arc::clone(&self.upkeep).resolve(limit())).await?;
        }
        if self.schedule {
            bounded(Arc::clone(&self.upkeep).file_due(limit())).await?;
        }
        Ok(())
    }

    /// Files what came due in a span of time that has passed at one go, as if somebody had looked all along.
    pub(crate) async fn time_passed(&self, span: Moved) -> sqlx::Result<()> {
        if self.schedule {
            let mut timekeeper = self.upkeep.timekeeper.lock().await;
            bounded(timekeeper.catch_up(&self.upkeep.store, span)).await?;
        }
        Ok(())
    }
}
