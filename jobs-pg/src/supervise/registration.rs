//! This process in the table of instances. Nothing depends on it, and nothing else fails when it does.

use std::fs;
use std::process;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use tokio::time::{Instant, timeout, timeout_at};
use uuid::Uuid;

use super::Maintenance;
use super::periodic::PeriodicTask;
use crate::config::{Records, Settings};
use crate::health::Health;
use crate::store::{Entry, Signs, Store};
use crate::task::Tasks;

/// How long one heartbeat may take, and the last word.
const BOUND: Duration = Duration::from_secs(10);
const LAST_WORD: Duration = Duration::from_secs(2);

/// Describes what this process works at the moment, as JSON.
pub(crate) type WorkerReport = Box<dyn Fn() -> Value + Send + Sync>;

/// A process that has entered itself, until it stops.
pub(super) struct Registration {
    store: Arc<Store>,
    id: Uuid,
    beat: Tasks,
}

impl Registration {
    /// Enters, and gives heartbeats from then on; nothing where that is not wanted.
    pub(super) fn start(
        maintenance: &Maintenance,
        settings: &Settings,
        report: Option<WorkerReport>,
        health: &Health,
    ) -> Option<Self> {
        let store = &maintenance.store;
        if !settings.registration.enter {
            return None;
        }
        let entry = entry(maintenance, settings);
        let id = entry.id;
        let task = PeriodicTask {
            doing: "enter this process into the table of instances",
            interval: settings.registration.heartbeat,
            bound: BOUND,
            health: health.clone(),
        };
        let beats = Arc::new(Beats {
            store: Arc::clone(store),
            every: settings.registration.heartbeat,
            entry,
            report,
            entered_on: Mutex::default(),
        });
        let pass = move |_| Arc::clone(&beats).beat();
        let beat = Tasks::new(health.clone());
        task.start(&beat, &maintenance.wakeups.moves(), pass);
        Some(Self {
            store: Arc::clone(store),
            id,
            beat,
        })
    }

    /// Notes that this process has stopped, if the database answers soon; without that it counts as dead after a while.
    pub(super) async fn stop(self) {
        let deadline = Instant::now() + LAST_WORD;
        self.beat.stop(deadline).await;
        let word = self.store.end_instance(self.id);
        if !matches!(timeout_at(deadline, word).await, Ok(Ok(()))) {
            tracing::debug!("the end of this process could not be noted in the table of instances");
        }
    }
}

struct Beats {
    store: Arc<Store>,
    every: Duration,
    entry: Entry,
    report: Option<WorkerReport>,
    entered_on: Mutex<Option<DateTime<Utc>>>,
}

impl Beats {
    async fn beat(self: Arc<Self>) -> sqlx::Result<Duration> {
        let entered_on = *self.entered_on();
        let pool = self.store.pool();
        let signs = Signs {
            pool_size: i32::try_from(pool.size()).unwrap_or(i32::MAX),
            pool_idle: i32::try_from(pool.num_idle()).unwrap_or(i32::MAX),
            workers: self
                .report
                .as_ref()
                .map_or_else(|| json!([]), |report| report()),
            started_on: entered_on,
        };
        let entered = self.store.enter_instance(&self.entry, &signs).await?;
        if entered_on.is_none() {
            *self.entered_on() = Some(entered);
            // A process that dies again and again enters each time.
            self.store.prune_instances(Some(&self.entry.name)).await?;
        }
        Ok(self.every)
    }

    fn entered_on(&self) -> std::sync::MutexGuard<'_, Option<DateTime<Utc>>> {
        self.entered_on
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

/// Enters this process before it declares its schedules, so that another program of the same name does not remove them.
pub(super) async fn announce(maintenance: &Maintenance, settings: &Settings) {
    if !settings.registration.enter {
        return;
    }
    let entry = entry(maintenance, settings);
    let signs = Signs {
        pool_size: 0,
        pool_idle: 0,
        workers: json!([]),
        started_on: None,
    };
    let entered = timeout(BOUND, maintenance.store.enter_instance(&entry, &signs)).await;
    if !matches!(entered, Ok(Ok(_))) {
        tracing::debug!("this process could not be entered into the table of instances");
    }
}

fn entry(maintenance: &Maintenance, settings: &Settings) -> Entry {
    let Settings {
        registration,
        records,
        ..
    } = settings;
    // pg-boss counts the crashes of processes of one name on one machine, and ours are not to count as Node's.
    let own_name = || format!("{} (rust)", settings.application_name);
    Entry {
        id: maintenance.instance(),
        name: registration.name.clone().unwrap_or_else(own_name),
        host: host(),
        pid: i32::try_from(process::id()).unwrap_or(i32::MAX),
        version: concat!("jobs-pg ", env!("CARGO_PKG_VERSION")).to_owned(),
        runtime: "rust",
        heartbeat_seconds: i32::try_from(registration.heartbeat.as_secs()).unwrap_or(i32::MAX),
        supervise: settings.supervise,
        schedule: settings.schedule,
        migrate: settings.migrate,
        persist_queue_stats: records.queue_stats,
        persist_warnings: records.warnings,
        pool_max: i32::try_from(settings.max_connections).unwrap_or(i32::MAX),
        config: options(maintenance, settings, records),
    }
}

/// The options that pg-boss shows too, in its spelling, and the queues that this process declares schedules for. Nothing that could be secret is among them.
fn options(maintenance: &Maintenance, settings: &Settings, records: &Records) -> Value {
    let intervals = &settings.intervals;
    json!({
        "adapter": "sqlx",
        "backend": "postgres",
        "max": settings.max_connections,
        "instanceHeartbeatSeconds": settings.registration.heartbeat.as_secs(),
        "supervise": settings.supervise,
        "schedule": settings.schedule,
        "migrate": settings.migrate,
        "createSchema": settings.create_schema,
        "superviseIntervalSeconds": intervals.supervise.as_secs_f64(),
        "monitorIntervalSeconds": intervals.monitor.as_secs_f64(),
        "maintenanceIntervalSeconds": intervals.maintenance.as_secs_f64(),
        "flowIntervalSeconds": intervals.flow.as_secs_f64(),
        "cronMonitorIntervalSeconds": intervals.cron_monitor.as_secs_f64(),
        "persistQueueStats": records.queue_stats,
        "queueStatRetentionDays": records.queue_stat_days,
        "persistWarnings": records.warnings,
        "warningRetentionDays": records.warning_days,
        "warningQueueSize": records.warning_queue_size,
        "monitorVacuum": records.monitor_vacuum,
        "scheduledQueues": maintenance.scheduled_queues.get().map_or(&[][..], Vec::as_slice),
    })
}

/// The name of the machine, as far as it can be had without asking the network.
fn host() -> String {
    let files = ["/proc/sys/kernel/hostname", "/etc/hostname"];
    let from_file = files.iter().find_map(|file| fs::read_to_string(file).ok());
    let name = from_file
        .or_else(|| std::env::var("HOSTNAME").ok())
        .or_else(|| std::env::var("COMPUTERNAME").ok());
    name.map(|name| name.trim().to_owned())
        .filter(|name| !name.is_empty())
        .unwrap_or_else(|| "unknown".to_owned())
}
