//! Which queues are paused: nothing is fetched from them.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::timeout;

use super::Shared;
use crate::outage::Outage;

pub(super) const DOING: &str = "look for paused queues";

/// How often it is looked, where `NOTIFY` does not say so sooner.
const LOOK: Duration = Duration::from_secs(5);

/// Pauses and resumes queues in this process until the worker stops.
pub(super) async fn watch(shared: Arc<Shared>) {
    let mut outage = Outage::of(DOING, shared.boss.health());
    let mut changes = shared.wakeups.pauses();
    let stopping = shared.fetchers.stopping();
    while !stopping.is_cancelled() {
        let look = shared.store.paused_queues();
        match shared.connections.with_timeout(look).await {
            Ok(paused) => {
                outage.ended();
                shared.slots.pause(&paused);
            }
            Err(error) => outage.failed(&error),
        }
        tokio::select! {
            // Only the sender's end is an error, and the worker has a share in it.
            _ = timeout(LOOK, changes.changed()) => {}
            () = stopping.cancelled() => {}
        }
    }
}
