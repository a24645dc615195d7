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
use crate::outage::Outage;
use crate::store::{Attempt, Store};

/// pg-boss takes heartbeats of 10 seconds and more; this is less than a third of that.
const BOUND: Duration = Duration::from_secs(3);
const PAUSE: Duration = Duration::from_millis(500);

/// Starts the thread. It ends soon after `stop` is cancelled.
pub(crate) fn start(
    store: &Arc<Store>,
    leases: &Arc<Leases>,
    stop: CancellationToken,
) -> io::Result<thread::JoinHandle<()>> {
    let runtime = Builder::new_current_thread().enable_all().build()?;
    let heartbeats = Heartbeats {
        connections: Connections::new(store, 1, BOUND),
        store: Arc::clone(store),
        leases: Arc::clone(leases),
    };
    let body = move || {
        runtime.block_on(async {
            tokio::select! {
                () = heartbeats.run() => {}
                () = stop.cancelled() => {}
            }
        });
    };
    thread::Builder::new()
        .name("jobs-heartbeat".into())
        .spawn(body)
}

struct Heartbeats {
    connections: Connections,
    store: Arc<Store>,
    leases: Arc<Leases>,
}

impl Heartbeats {
    async fn run(&self) {
        let mut outage = Outage::of("send the heartbeats of running jobs");
        loop {
            let (due, next) = self.leases.due_heartbeats();
            if due.is_empty() {
                sleep_until(next).await;
                continue;
            }
            match self.renew(&due).await {
                Ok(found) => {
                    outage.ended();
                    self.leases.record_heartbeats(&due, &found);
                }
                Err(error) => {
                    outage.failed(&error);
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
        self.connections.bounded(renew).await
    }
}
