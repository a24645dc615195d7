//! Watching queues: attempts that ran out of time are failed, jobs are counted.

use std::time::Duration;

use super::alarm::Alarm;
use super::limit::{Limit, give_back};
use crate::config::Records;
use crate::store::{Claims, Counted, History, Overdue, QueueCount, Store};

/// How many attempts one transaction fails.
const BATCH: i64 = 1000;
/// How many queues are taken, and counted by one statement.
const AT_ONCE: i64 = 100;
/// Where what passes through a queue was not counted for longer than this, and than two passes take, it begins afresh.
const FRESH_AFTER: Duration = Duration::from_secs(7200);

/// One pass over queues. Who takes a queue sweeps it and counts it.
pub(super) struct Monitor<'a> {
    pub(super) store: &'a Store,
    pub(super) records: &'a Records,
    pub(super) limit: &'a Limit,
    /// How far apart the passes are.
    pub(super) apart: Duration,
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
    /// Takes the queues that nobody took for this long, one of them or all, and watches them. What it took and could not watch
    /// is given back: others would pass over it.
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
            let taken = self.store.claim_monitoring(claims, &after).await?;
            let Some(last) = taken.last() else {
                break;
            };
            let taken_on = last.taken_on;
            after.clone_from(&last.name);
            let names: Vec<_> = taken.into_iter().map(|queue| queue.name).collect();
            let watched = self
                .limit
                .hold(self.watch(&names, history, &mut seen))
                .await;
            if !matches!(watched, Ok(Watch::Whole)) {
                give_back(self.store.release_monitoring(&names, taken_on)).await;
            }
            watched?;
        }
        self.rest(&seen).await?;
        Ok(seen)
    }

    async fn watch(
        &self,
        queues: &[String],
        history: History,
        seen: &mut Seen,
    ) -> sqlx::Result<Watch> {
        // Before the counts: they are what makes a queue not due.
        seen.swept |= sweep(self.store, Some(queues)).await?;
        let counts = match self.store.count_queues(queues, history).await? {
            Counted::Written(counts) => counts,
            Counted::Elsewhere => return Ok(Watch::Uncounted),
            Counted::Resting => return Ok(Watch::Whole),
        };
        if let History::Throughput { .. } = history {
            self.keep(&counts).await;
        }
        seen.held_seconds += counts
            .iter()
            .map(|count| count.held_seconds)
            .fold(0.0, f64::max);
        let alarm = self.alarm();
        for count in &counts {
            alarm.backlog(count).await;
        }
        Ok(Watch::Whole)
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
            self.alarm().rest(seen.held_seconds, &rest).await;
        }
        Ok(())
    }

    fn alarm(&self) -> Alarm<'_> {
        Alarm {
            store: self.store,
            records: self.records,
        }
    }
}

/// How far queues were watched.
enum Watch {
    Whole,
    /// Somebody else was counting.
    Uncounted,
}

/// Fails every attempt that took too long or gives no sign of life, in these queues or in all; answers whether there was one.
/// Any process may do this at any time: the rows decide, not who looks.
pub(super) async fn sweep(store: &Store, queues: Option<&[String]>) -> sqlx::Result<bool> {
    let tables = store.overdue(queues).await?;
    for table in &tables {
        let both = [
            (table.expired, Overdue::Expired),
            (table.silent, Overdue::Silent),
        ];
        for (_, overdue) in both.into_iter().filter(|(there, _)| *there) {
            while store.sweep(&table.table_name, overdue, BATCH).await? as i64 == BATCH {}
        }
    }
    Ok(!tables.is_empty())
}
