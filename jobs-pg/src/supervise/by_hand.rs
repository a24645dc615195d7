//! The duties of an executor that is not started, done when they are asked for: for tests, which move the time by hand.

use std::sync::Arc;
use std::time::Duration;

use super::{Upkeep, maintain};
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

/// The duties that the settings ask for (`supervise`, `schedule`).
pub(crate) struct ByHand {
    upkeep: Arc<Upkeep>,
    supervise: bool,
    schedule: bool,
}

impl ByHand {
    pub(crate) fn new(store: &Arc<Store>, settings: &Settings, doorbell: &Arc<Doorbell>) -> Self {
        Self {
            upkeep: Upkeep::new(store, AT_ONCE, doorbell),
            supervise: settings.supervise,
            schedule: settings.schedule,
        }
    }

    /// Removes the jobs that were kept long enough.
    pub(crate) async fn tidy(&self) -> sqlx::Result<()> {
        if self.supervise {
            let store = &self.upkeep.store;
            let queues = bounded(store.untidy()).await?;
            bounded(maintain::maintain(store, &queues)).await?;
        }
        Ok(())
    }

    /// Makes due what is: ends overdue attempts, lets jobs go that waited for others, files the occurrences of schedules.
    pub(crate) async fn make_due(&self) -> sqlx::Result<()> {
        if self.supervise {
            bounded(Arc::clone(&self.upkeep).sweep()).await?;
            bounded(Arc::clone(&self.upkeep).resolve()).await?;
        }
        if self.schedule {
            bounded(Arc::clone(&self.upkeep).file_due()).await?;
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
