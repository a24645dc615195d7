//! Writes outcomes. What gathers while a statement is in flight goes with the next one: no timer, no added latency when idle,
//! and few statements when busy.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use jobs_core::Outcome;
use tokio::sync::{broadcast, mpsc};
use uuid::Uuid;

use super::hold::{Hold, Outcomes, Written};
use super::{Doorbell, Plan};
use crate::error::is_transient;
use crate::store::Attempt;

/// How many outcomes may wait; beyond it the attempts keep their slots, so that fetching does not run ahead of settling.
const WAITING: usize = 1_000;
const FIRST_PAUSE: Duration = Duration::from_millis(50);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// The ids of jobs that were just settled, for those who wait for them in this process.
pub(crate) type Settled = broadcast::Sender<Arc<[Uuid]>>;

pub(crate) struct Settler {
    hold: Hold,
    outcomes: mpsc::Receiver<(Attempt, Outcome)>,
    doorbell: Arc<Doorbell>,
    settled: Settled,
    /// The queues where one job's end may be what another waits for.
    limited: HashSet<Arc<str>>,
}

impl Settler {
    pub(crate) fn new(
        hold: Hold,
        doorbell: Arc<Doorbell>,
        settled: Settled,
        plan: &Plan,
    ) -> (Self, mpsc::Sender<(Attempt, Outcome)>) {
        let (sender, outcomes) = mpsc::channel(WAITING);
        let lines = plan.lines.values();
        let limited = lines.filter(|line| line.limits.is_some());
        (
            Self {
                hold,
                outcomes,
                doorbell,
                settled,
                limited: limited.map(|line| Arc::clone(&line.name)).collect(),
            },
            sender,
        )
    }

    /// Writes outcomes until nobody can give one any more.
    pub(crate) async fn run(mut self) {
        let mut gathered = Vec::with_capacity(WAITING);
        while self.outcomes.recv_many(&mut gathered, WAITING).await > 0 {
            self.settle(gathered.drain(..)).await;
        }
    }

    /// Writes these outcomes.
    pub(super) async fn settle(&self, ended: impl IntoIterator<Item = (Attempt, Outcome)>) {
        let mut outcomes = Outcomes::default();
        let mut makes_room = false;
        for (attempt, outcome) in ended {
            makes_room |= self.limited.contains(&attempt.name);
            outcomes.add(attempt, outcome);
        }
        let asked = outcomes.len();
        let mut written = Written::default();
        self.write(outcomes, &mut written).await;
        self.tell(asked, written);
        if makes_room {
            self.doorbell.ring();
        }
    }

    /// Keeps outcomes and tries again while the database is away. One that the database refuses fails its own job only.
    async fn write(&self, mut outcomes: Outcomes, written: &mut Written) {
        let Err(error) = self.try_hard(&mut outcomes, written).await else {
            return;
        };
        tracing::warn!(%error, "the database refused outcomes; writing them one by one");
        for mut one in outcomes.one_by_one() {
            if let Err(error) = self.try_hard(&mut one, written).await {
                let mut refused = one.refused(&error);
                if let Err(error) = self.try_hard(&mut refused, written).await {
                    tracing::error!(%error, ?refused, "an outcome could not be written; its job will expire");
                }
            }
        }
    }

    async fn try_hard(&self, outcomes: &mut Outcomes, written: &mut Written) -> sqlx::Result<()> {
        let mut pause = FIRST_PAUSE;
        loop {
            match self.hold.settle(outcomes, written).await {
                Err(error) if is_transient(&error) => {
                    if pause == FIRST_PAUSE {
                        tracing::warn!(%error, waiting = outcomes.len(), "cannot write outcomes; trying again");
                    }
                    tokio::time::sleep(pause).await;
                    pause = (pause * 2).min(LONGEST_PAUSE);
                }
                other => return other,
            }
        }
    }

    fn tell(&self, asked: usize, written: Written) {
        let lost = asked.saturating_sub(written.ids.len());
        if lost > 0 {
            tracing::warn!(
                lost,
                "attempts ended that were no longer ours; their outcomes were dropped"
            );
        }
        if let Some(due_in) = written.due_in {
            self.doorbell
                .ring_after(Duration::try_from_secs_f64(due_in).unwrap_or_default());
        }
        // Nobody may be waiting.
        let _ = self.settled.send(written.ids.into());
    }
}
