//! Heartbeats: on a thread and a connection of their own, so that no job can hold them up, not even one that blocks every thread
//! of the runtime.

use std::io;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use tokio::runtime::Builder;
use tokio::time::{sleep, sleep_until};
use tokio_util::sync::CancellationToken;

use super::connections::Connections;
use super::leases::Leases;
use crate::health::Health;
use crate::outage::Outage;
use crate::store::{Attempt, Store};
use crate::task::Tasks;

/// pg-boss takes heartbeats of 10 seconds and more; this is less than a third of that.
const BOUND: Duration = Duration::from_secs(3);
/// For how long cancelled jobs gather, of which one heartbeat tells.
const HURRY: Duration = Duration::from_millis(50);
const PAUSE: Duration = Duration::from_millis(500);

const DOING: &str = "send the heartbeats of running jobs";

/// Starts the thread. It ends soon after `stop` is cancelled.
pub(crate) fn start(
    store: &Arc<Store>,
    leases: &Arc<Leases>,
    health: &Health,
    stop: CancellationToken,
) -> io::Result<()> {
    let runtime = Builder::new_current_thread().enable_all().build()?;
    let (store, leases, health) = (Arc::clone(store), Arc::clone(leases), health.clone());
    let body = move || {
        runtime.block_on(async {
            let tasks = Tasks::new(health.clone());
            tasks.supervised(DOING, move || {
                let heartbeats = Heartbeats {
                    connections: Connections::new(&store, 1, BOUND),
                    store: Arc::clone(&store),
                    leases: Arc::clone(&leases),
                    outage: Outage::of(DOING, &health),
                };
                heartbeats.run()
            });
            stop.cancelled().await;
        });
    };
    // The thread is not joined: a connection that does not answer must not hold up the stop.
    let thread = thread::Builder::new().name("jobs-heartbeat".into());
    thread.spawn(body).map(drop)
}

struct Heartbeats {
    connections: Connections,
    store: Arc<Store>,
    leases: Arc<Leases>,
    outage: Outage,
}

impl Heartbeats {
    async fn run(mut self) {
        loop {
            self.leases.report_blocking();
            let (due, next) = self.leases.due_heartbeats();
            if due.is_empty() {
                tokio::select! {
                    () = sleep_until(next) => {}
                    () = self.leases.hurried() => sleep(HURRY).await,
                }
                continue;
            }
            match self.renew(&due).await {
                Ok(found) => {
                    self.outage.ended();
                    self.leases.record_heartbeats(&due, &found);
                }
                Err(error) => {
                    self.outage.failed(&error);
                    sleep(PAUSE).await;
                }
            }
        }
    }

    async fn renew(&self, due: &[Attempt]) -> sqlx::Result<Vec<(usize, bool)>> {
        let renew = async {
            let mut connection = self.connections.acquire().await?;
            let found = self.store.renew_leases(&mut connection, due).await;
            connection.give_back(found)
        };
        self.connections.with_timeout(renew).await
    }
}
