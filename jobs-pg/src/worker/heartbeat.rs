//! Keeps running attempts ours, and calls off those who are not.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::{sleep, sleep_until};

use super::hold::Hold;
use super::running::RunningAttempts;

const PAUSE: Duration = Duration::from_secs(1);

/// Gives a sign of life for attempts that run longer than a third of their heartbeat, all in one statement. What it does not
/// answer for was cancelled, expired or taken.
pub(crate) async fn run(hold: Hold, running: Arc<RunningAttempts>) {
    let mut failing = false;
    loop {
        let (due, next) = running.due_signs();
        if due.is_empty() {
            sleep_until(next).await;
            continue;
        }
        match hold.refresh(due.clone()).await {
            Ok(ours) => {
                failing = false;
                let lost = running.signed(&due, &ours.into_iter().collect());
                if lost > 0 {
                    tracing::info!(
                        lost,
                        "attempts were cancelled, expired or taken by others; called them off"
                    );
                }
            }
            Err(error) => {
                if !failing {
                    tracing::warn!(%error, "cannot give a sign of life for the running jobs; trying again");
                }
                failing = true;
                sleep(PAUSE).await;
            }
        }
    }
}
