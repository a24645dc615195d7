//! The passes of the maintenance, as tasks make them and as callers ask for them.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use tokio::sync::Mutex;
use uuid::Uuid;

use super::cleanup::Cleanup;
use super::continuity::Continuity;
use super::cron_scheduler::CronScheduler;
use super::flows;
use super::monitor::Monitor;
use super::pass_deadline::PassDeadline;
use super::sweep::sweep;
use crate::config::{Intervals, Records, Settings};
use crate::store::Store;
use crate::wakeups::Wakeups;

/// How often each process looks for attempts whose worker is gone: their jobs are to run again within half a minute.
pub(super) const SWEEP: Duration = Duration::from_secs(5);
/// How long a pass on demand may take.
const ON_DEMAND: Duration = Duration::from_secs(3600);

/// What the passes work with.
pub(crate) struct Maintenance {
    pub(super) store: Arc<Store>,
    pub(super) wakeups: Arc<Wakeups>,
    pub(super) intervals: Intervals,
    records: Records,
    pub(super) cron_scheduler: Mutex<CronScheduler>,
    /// What its own passes go by; passes on demand end every attempt whose heartbeat is overdue.
    continuity: Option<Continuity>,
    /// A claim passes over queues that are locked, so the passes of one process must not lock them to each other.
    turn: Mutex<()>,
    /// This executor in the table of instances, and the queues that it declares schedules for.
    instance: Uuid,
    pub(super) scheduled_queues: OnceLock<Vec<&'static str>>,
}

impl Maintenance {
    pub(crate) fn new(store: &Arc<Store>, wakeups: &Arc<Wakeups>, settings: &Settings) -> Self {
        Self {
            store: Arc::clone(store),
            wakeups: Arc::clone(wakeups),
            intervals: settings.intervals.clone(),
            records: settings.records.clone(),
            cron_scheduler: Mutex::default(),
            continuity: Some(Continuity::default()),
            instance: Uuid::new_v4(),
            scheduled_queues: OnceLock::new(),
            turn: Mutex::default(),
        }
    }

    /// The same for passes that are made by hand.
    #[cfg(feature = "testing")]
    pub(super) fn on_demand(
        store: &Arc<Store>,
        wakeups: &Arc<Wakeups>,
        settings: &Settings,
    ) -> Self {
        Self {
            continuity: None,
            ..Self::new(store, wakeups, settings)
        }
    }

    /// This executor's id in the table of instances.
    pub(super) fn instance(&self) -> Uuid {
        self.instance
    }

    /// One whole pass over a queue or all of them, whenever the last one was.
    pub(crate) async fn supervise_now(&self, only: Option<&str>) -> sqlx::Result<()> {
        let limit = PassDeadline::on_demand(ON_DEMAND);
        self.watch(&limit, Duration::ZERO, only, None).await?;
        self.tidy(&limit, Duration::ZERO, only).await
    }

    /// Lets the jobs go whose parents are done, whenever that was done last.
    pub(crate) async fn resolve_now(&self) -> sqlx::Result<()> {
        self.release(Duration::ZERO).await
    }

    pub(super) async fn sweep(self: Arc<Self>, _: PassDeadline) -> sqlx::Result<Duration> {
        let continuity = self.continuity.as_ref();
        let swept = sweep(&self.store, None, continuity).await;
        if let Some(continuity) = continuity {
            match &swept {
                Ok(_) => continuity.answered(),
                Err(_) => continuity.broken(),
            }
        }
        if swept? {
            self.wakeups.notify_all();
        }
        Ok(SWEEP)
    }

    pub(super) async fn resolve(self: Arc<Self>, _: PassDeadline) -> sqlx::Result<Duration> {
        self.release(self.intervals.flow).await?;
        Ok(self.intervals.flow)
    }

    pub(super) async fn monitor(self: Arc<Self>, limit: PassDeadline) -> sqlx::Result<Duration> {
        let continuity = self.continuity.as_ref();
        self.watch(&limit, self.intervals.monitor, None, continuity)
            .await?;
        Ok(self.intervals.supervise)
    }

    pub(super) async fn maintain(self: Arc<Self>, limit: PassDeadline) -> sqlx::Result<Duration> {
        self.tidy(&limit, self.intervals.maintenance, None).await?;
        Ok(self.intervals.supervise)
    }

    pub(super) async fn file_due(self: Arc<Self>, _: PassDeadline) -> sqlx::Result<Duration> {
        let mut cron_scheduler = self.cron_scheduler.lock().await;
        let pass = cron_scheduler
            .pass(&self.store, self.intervals.cron_monitor)
            .await?;
        if pass.filed > 0 {
            self.wakeups.notify_all();
        }
        Ok(pass.again_in)
    }

    /// Watches queues, and throws away what was written down about them long ago.
    async fn watch(
        &self,
        limit: &PassDeadline,
        interval: Duration,
        only: Option<&str>,
        continuity: Option<&Continuity>,
    ) -> sqlx::Result<()> {
        let _turn = self.turn.lock().await;
        let monitor = Monitor {
            store: &self.store,
            records: &self.records,
            limit,
            apart: self.intervals.monitor.max(self.intervals.supervise),
            continuity,
        };
        if monitor.pass(interval, only).await?.swept {
            self.wakeups.notify_all();
        }
        self.prune(limit).await;
        Ok(())
    }

    pub(super) async fn tidy(
        &self,
        limit: &PassDeadline,
        interval: Duration,
        only: Option<&str>,
    ) -> sqlx::Result<()> {
        let maintenance = Cleanup {
            store: &self.store,
            limit,
            turn: &self.turn,
        };
        maintenance.pass(interval, only).await
    }

    /// Throws away what was written down long ago, as far as this process may: the queues do not depend on it.
    async fn prune(&self, limit: &PassDeadline) {
        let Records {
            warnings,
            warning_days,
            queue_stats,
            queue_stat_days,
            ..
        } = self.records;
        let told = |error: sqlx::Error| {
            tracing::warn!(%error, "old records of the maintenance could not be removed");
        };
        if warnings {
            let deleted = limit.hold(self.store.delete_old_warnings(warning_days));
            deleted.await.unwrap_or_else(told);
        }
        if queue_stats {
            let dropped = limit.hold(self.store.drop_old_statistics(queue_stat_days));
            dropped.await.unwrap_or_else(told);
        }
        let pruned = limit.hold(self.store.prune_instances(None));
        pruned.await.unwrap_or_else(told);
    }

    async fn release(&self, interval: Duration) -> sqlx::Result<()> {
        if flows::resolve(&self.store, interval).await? {
            self.wakeups.notify_all();
        }
        Ok(())
    }
}
