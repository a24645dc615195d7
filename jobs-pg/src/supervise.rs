//! Upkeep: what has to be done from time to time by somebody, whoever works. Each duty has its own timer.
//!
//! Processes share the duties, Node's too: whoever takes a pass does all of it, and the others look again later.

mod alarm;
mod by_hand;
mod delivery;
mod duty;
mod flows;
mod limit;
mod maintain;
mod monitor;
mod parsed_schedules;
mod reconcile;
mod registration;
mod timekeeper;
mod upkeep;

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::{Instant, timeout_at};

pub(crate) use by_hand::ByHand;
pub(crate) use delivery::delivery;
pub(crate) use reconcile::reconcile;
pub(crate) use upkeep::Upkeep;

use crate::config::Settings;
use crate::store::Store;
use crate::worker::Report;
use duty::Duty;
use limit::Limit;
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

/// How often each process looks whether the schema was migrated.
const FOLLOW: Duration = Duration::from_secs(5);

/// The upkeep that this process does, until it stops.
pub(crate) struct Supervision {
    stopping: watch::Sender<bool>,
    duties: Vec<JoinHandle<()>>,
    registration: Option<Registration>,
}

impl Supervision {
    /// Starts the duties that the settings ask for (`supervise`, `schedule`, `registerInstance`), and the one that every process
    /// has: to follow the schema.
    pub(crate) fn start(
        upkeep: &Arc<Upkeep>,
        store: &Arc<Store>,
        settings: &Settings,
        report: Option<Arc<Report>>,
    ) -> Self {
        let stopping = watch::Sender::new(false);
        let mut duties = vec![follow_schema(upkeep, &stopping)];
        if settings.supervise {
            duties.extend(supervise(upkeep, &stopping));
        }
        if settings.schedule {
            duties.push(keep_time(upkeep, &stopping));
        }
        Self {
            stopping,
            duties,
            registration: Registration::start(store, settings, report, upkeep.doorbell.moves()),
        }
    }

    /// Lets no further pass begin.
    pub(crate) fn begin_to_stop(&self) {
        self.stopping.send_replace(true);
    }

    /// Waits for the passes under way, so far as they end soon.
    pub(crate) async fn stop(self) {
        self.begin_to_stop();
        let give_up = Instant::now() + LAST_PASS;
        for mut duty in self.duties {
            if timeout_at(give_up, &mut duty).await.is_err() {
                duty.abort();
                // What it was doing is given up only when it has ended: a connection half open, for one.
                let _ = duty.await;
            }
        }
        if let Some(registration) = self.registration {
            registration.stop().await;
        }
    }
}

fn supervise(upkeep: &Arc<Upkeep>, stopping: &watch::Sender<bool>) -> [JoinHandle<()>; 4] {
    let duty = |doing, interval: Duration, bound| Duty {
        doing,
        interval: interval.min(SOON),
        bound,
    };
    let every = upkeep.intervals.supervise;
    let ending = duty("end overdue attempts", SWEEP, SHORT);
    let releasing = duty("release waiting jobs", upkeep.intervals.flow, SHORT);
    let watching = duty("watch queues", every, LONG);
    let tidying = duty("tidy queues", every, LONGEST);
    [
        take_on(ending, upkeep, stopping, Upkeep::sweep),
        take_on(releasing, upkeep, stopping, Upkeep::resolve),
        take_on(watching, upkeep, stopping, Upkeep::monitor),
        take_on(tidying, upkeep, stopping, Upkeep::maintain),
    ]
}

fn follow_schema(upkeep: &Arc<Upkeep>, stopping: &watch::Sender<bool>) -> JoinHandle<()> {
    let duty = Duty {
        doing: "look at the schema's version",
        interval: FOLLOW,
        bound: SHORT,
    };
    take_on(duty, upkeep, stopping, Upkeep::follow)
}

fn keep_time(upkeep: &Arc<Upkeep>, stopping: &watch::Sender<bool>) -> JoinHandle<()> {
    let duty = Duty {
        doing: "look at the schedules",
        interval: upkeep.intervals.cron_monitor.min(SOON),
        bound: SHORT,
    };
    take_on(duty, upkeep, stopping, Upkeep::file_due)
}

fn take_on<F>(
    duty: Duty,
    upkeep: &Arc<Upkeep>,
    stopping: &watch::Sender<bool>,
    pass: fn(Arc<Upkeep>, Limit) -> F,
) -> JoinHandle<()>
where
    F: Future<Output = sqlx::Result<Duration>> + Send + 'static,
{
    let upkeep = Arc::clone(upkeep);
    let moves = upkeep.doorbell.moves();
    let pass = move |limit| pass(Arc::clone(&upkeep), limit);
    tokio::spawn(duty.until_stopped(stopping.subscribe(), moves, pass))
}

#[cfg(test)]
mod tests;
