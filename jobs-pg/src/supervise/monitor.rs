//! Watching queues: attempts that ran out of time are failed, jobs are counted.

use std::time::Duration;

use super::continuity::Continuity;
use super::pass_deadline::PassDeadline;
use super::sweep::sweep;
use super::warnings::Warnings;
use crate::config::Records;
use crate::store::{Claims, History, QueueCount, Store};

/// How many queues are taken, and counted by one statement.
const AT_ONCE: i64 = 100;
/// Where what passes through a queue was not counted for longer than this, and than two passes take, it begins afresh.
const FRESH_AFTER: Duration = Duration::from_secs(7200);

/// One pass over queues. Who takes a queue sweeps it and counts it.
pub(super) struct Monitor<'a> {
    pub(super) store: &'a Store,
    pub(super) records: &'a Records,
    pub(super) limit: &'a PassDeadline,
    /// How far apart the passes are.
    pub(super) apart: Duration,
    /// As for [`sweep`].
    pub(super) continuity: Option<&'a Continuity>,
}

/// What a pass came to.
#[derive(Debug, Default)]
pub(super) struct Seen {
    /// Whether an attempt was ended.
    pub(super) swept: bool,
    /// How long the counts kept Postgres from cleaning up.
    held_seconds: f64,
}

impl Monitor<'_> {
    /// Watches the queues that no process has watched for this long, one of them or all. A queue that was taken and not watched
    /// waits for the next pass.
    pub(super) async fn pass(&self, interval: Duration, only: Option<&str>) -> sqlx::Result<Seen> {
        let history = self.history().await;
        let claims = Claims {
            interval: interval.as_secs_f64(),
            only,
            at_most: AT_ONCE,
        };
        let mut seen = Seen::default();
        let mut after = String::new();
        while !self.limit.is_near() {
            let queues = self.store.claim_monitoring(claims, &after).await?;
            let Some(last) = queues.last() else {
                break;
            };
            after.clone_from(last);
            self.limit
                .hold(self.watch(&queues, history, &mut seen))
                .await?;
        }
        self.rest(&seen).await?;
        Ok(seen)
    }

    async fn watch(
        &self,
        queues: &[String],
        history: History,
        seen: &mut Seen,
    ) -> sqlx::Result<()> {
        // Before the counts: they are what makes a queue not due.
        seen.swept |= sweep(self.store, Some(queues), self.continuity).await?;
        let Some(counts) = self.store.count_queues(queues, history).await? else {
            return Ok(());
        };
        if let History::Throughput { .. } = history {
            self.keep(&counts).await;
        }
        seen.held_seconds += counts
            .iter()
            .map(|count| count.held_seconds)
            .fold(0.0, f64::max);
        let warnings = self.warnings();
        for count in &counts {
            warnings.backlog(count).await;
        }
        Ok(())
    }

    /// Keeps counts as statistics; the queues are watched all the same if that fails.
    async fn keep(&self, counts: &[QueueCount]) {
        let names: Vec<_> = counts.iter().map(|count| count.name.as_str()).collect();
        let kept = async {
            self.store.insert_statistics(&names).await?;
            self.store.raise_statistics(&names).await
        };
        if let Err(error) = kept.await {
            tracing::warn!(%error, queues = names.len(), "the counts of queues could not be kept");
        }
    }

    /// What the counts go into. Where statistics cannot be kept, the queues are counted all the same.
    async fn history(&self) -> History {
        if !self.records.queue_stats {
            return History::Short;
        }
        if let Err(error) = self.limit.hold(self.store.create_statistics_days()).await {
            tracing::warn!(%error, "cannot make the tables of the statistics of today and tomorrow; none are kept now");
            return History::Short;
        }
        History::Throughput {
            fresh_after: FRESH_AFTER.max(2 * self.apart).as_secs_f64(),
        }
    }

    /// After heavy counts, leaves autovacuum its time.
    async fn rest(&self, seen: &Seen) -> sqlx::Result<()> {
        if !self.records.monitor_vacuum || seen.held_seconds == 0.0 {
            return Ok(());
        }
        if let Some(rest) = self.store.rest_from_counting(seen.held_seconds).await? {
            self.warnings().rest(seen.held_seconds, &rest).await;
        }
        Ok(())
    }

    fn warnings(&self) -> Warnings<'_> {
        Warnings {
            store: self.store,
            records: self.records,
        }
    }
}
