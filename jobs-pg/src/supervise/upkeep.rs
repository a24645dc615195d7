//! The passes of the upkeep, as duties make them and as somebody asks for them.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use tokio::sync::Mutex;
use uuid::Uuid;

use super::continuity::Continuity;
use super::flows;
use super::limit::Limit;
use super::maintain::Maintenance;
use super::monitor::Monitor;
use super::sweep::sweep;
use super::timekeeper::Timekeeper;
use crate::config::{Intervals, Records, Settings};
use crate::store::Store;
use crate::worker::Doorbell;

/// How often each process looks for attempts whose worker is gone: their jobs are to run again within half a minute.
pub(super) const SWEEP: Duration = Duration::from_secs(5);
/// How long a pass may take that somebody asked for.
const ON_DEMAND: Duration = Duration::from_secs(3600);

/// What the passes work with.
pub(crate) struct Upkeep {
    pub(super) store: Arc<Store>,
    pub(super) doorbell: Arc<Doorbell>,
    pub(super) intervals: Intervals,
    records: Records,
    pub(super) timekeeper: Mutex<Timekeeper>,
    /// What its own passes go by; passes on demand end every attempt whose heartbeat is overdue.
    continuity: Option<Continuity>,
    /// A claim passes over queues that are locked, so the passes of one process must not lock them to each other.
    turn: Mutex<()>,
    /// This executor in the table of instances, and the queues that it declares schedules for.
    instance: Uuid,
    pub(super) scheduled_queues: OnceLock<Vec<&'static str>>,
}

impl Upkeep {
    pub(crate) fn new(store: &Arc<Store>, doorbell: &Arc<Doorbell>, settings: &Settings) -> Self {
        Self {
            store: Arc::clone(store),
            doorbell: Arc::clone(doorbell),
            intervals: settings.intervals.clone(),
            records: settings.records.clone(),
            timekeeper: Mutex::default(),
            continuity: Some(Continuity::default()),
            instance: Uuid::new_v4(),
            scheduled_queues: OnceLock::new(),
            turn: Mutex::default(),
        }
    }

    /// The same for passes that are made by hand.
    pub(super) fn on_demand(
        store: &Arc<Store>,
        doorbell: &Arc<Doorbell>,
        settings: &Settings,
    ) -> Self {
        Self {
            continuity: None,
            ..Self::new(store, doorbell, settings)
        }
    }

    /// This executor's id in the table of instances.
    pub(super) fn instance(&self) -> Uuid {
        self.instance
    }

    /// One whole pass over a queue or all of them, whenever the last one was.
    pub(crate) async fn supervise_now(&self, only: Option<&str>) -> sqlx::Result<()> {
        let limit = Limit::on_demand(ON_DEMAND);
        self.watch(&limit, Duration::ZERO, only, None).await?;
        self.tidy(&limit, Duration::ZERO, only).await
    }

    /// Lets the jobs go whose parents are done, whenever that was done last.
    pub(crate) async fn resolve_now(&self) -> sqlx::Result<()> {
        self.let_go(Duration::ZERO).await
    }

    pub(super) async fn sweep(self: Arc<Self>, _: Limit) -> sqlx::Result<Duration> {
        let continuity = self.continuity.as_ref();
        let swept = sweep(&self.store, None, continuity).await;
        if let Some(continuity) = continuity {
            match &swept {
                Ok(_) => continuity.answered(),
                Err(_) => continuity.broken(),
            }
        }
        if swept? {
            self.doorbell.ring();
        }
        Ok(SWEEP)
    }

    pub(super) async fn resolve(self: Arc<Self>, _: Limit) -> sqlx::Result<Duration> {
        self.let_go(self.intervals.flow).await?;
        Ok(self.intervals.flow)
    }

    pub(super) async fn monitor(self: Arc<Self>, limit: Limit) -> sqlx::Result<Duration> {
        let continuity = self.continuity.as_ref();
        self.watch(&limit, self.intervals.monitor, None, continuity)
            .await?;
        Ok(self.intervals.supervise)
    }

    pub(super) async fn maintain(self: Arc<Self>, limit: Limit) -> sqlx::Result<Duration> {
        self.tidy(&limit, self.intervals.maintenance, None).await?;
        Ok(self.intervals.supervise)
    }

    pub(super) async fn file_due(self: Arc<Self>, _: Limit) -> sqlx::Result<Duration> {
        let mut timekeeper = self.timekeeper.lock().await;
        let pass = timekeeper
            .pass(&self.store, self.intervals.cron_monitor)
            .await?;
        if pass.filed > 0 {
            self.doorbell.ring();
        }
        Ok(pass.again_in)
    }

    /// Watches queues, and throws away what was written down about them long ago.
    async fn watch(
        &self,
        limit: &Limit,
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
            self.doorbell.ring();
        }
        self.forget(limit).await;
        Ok(())
    }

    pub(super) async fn tidy(
        &self,
        limit: &Limit,
        interval: Duration,
        only: Option<&str>,
    ) -> sqlx::Result<()> {
        let maintenance = Maintenance {
            store: &self.store,
            limit,
            turn: &self.turn,
        };
        maintenance.pass(interval, only).await
    }

    /// Throws away what was written down long ago, as far as this process may: the queues do not depend on it.
    async fn forget(&self, limit: &Limit) {
        let Records {
            warnings,
            warning_days,
            queue_stats,
            queue_stat_days,
            ..
        } = self.records;
        let told = |error: sqlx::Error| {
            tracing::warn!(%error, "old records of the upkeep could not be removed");
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

    async fn let_go(&self, interval: Duration) -> sqlx::Result<()> {
        if flows::resolve(&self.store, interval).await? {
            self.doorbell.ring();
        }
        Ok(())
    }
}
