//! What is counted of a queue, now and over time.

mod query;

use std::f64::consts::SQRT_2;
use std::time::Duration;

use chrono::{DateTime, Utc};
use jobs_rules::Error;

pub use query::{Aggregate, QueueStatsQuery};

use crate::Boss;
use crate::error::map_db_error;
use crate::maintain::{Counts, History, StatisticsRow};
use crate::store::{Store, with_timeout};

/// Counts that are older are made anew when the caller insists.
const STALE_IF_FORCED: Duration = Duration::from_secs(60);
/// The lower edge of the second slot of a histogram, in seconds; each further one is higher by the square root of two.
const SHORTEST: f64 = 0.01;

/// The counts of a queue at one time, or in one step of time. What passed through is known only where the option
/// `persistQueueStats` is set, and belongs to a span of time that ended a little earlier.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct QueueStats {
    /// The queue.
    pub name: String,
    /// Jobs that wait for their time.
    pub deferred_count: i32,
    /// Jobs that wait, for whatever.
    pub queued_count: i32,
    /// Jobs that could be fetched.
    pub ready_count: i32,
    /// Jobs that run.
    pub active_count: i32,
    /// Jobs that failed for good, and are still there.
    pub failed_count: i32,
    /// All jobs that are there.
    pub total_count: i32,
    /// Jobs that came.
    pub created_delta: Option<i32>,
    /// Jobs that ended well.
    pub completed_delta: Option<i32>,
    /// Jobs that failed for good.
    pub failed_delta: Option<i32>,
    /// The length of the span in which they did, in seconds; nothing where counting began afresh.
    pub delta_seconds: Option<i32>,
    /// The end of that span.
    pub delta_on: Option<DateTime<Utc>>,
    /// How many jobs waited how long before they ran: 48 slots, below 10 ms and then each longer by the square root of two.
    pub wait_bins: Option<Vec<i32>>,
    /// How many ran how long, in the same slots.
    pub run_bins: Option<Vec<i32>>,
    /// For how many seconds the oldest job that could be fetched was waiting.
    pub ready_oldest_seconds: Option<i32>,
    /// What [`QueueStatsQuery::percentiles`] asked for.
    pub percentiles: Vec<Percentile>,
    /// When it was counted; of a step, when it began.
    pub captured_on: DateTime<Utc>,
}

/// The times below which a given percentage of the jobs stayed, as exact as the slots of the histograms are.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct Percentile {
    /// The percent, 1 to 100.
    pub p: f64,
    /// Seconds to wait; nothing if no job ended.
    pub wait_seconds: Option<f64>,
    /// Seconds to run.
    pub run_seconds: Option<f64>,
}

impl Boss {
    /// The counts of a queue (pg-boss's `getQueueStats`). With the option `persistQueueStats`, those that were kept, the newest
    /// first; without it, the last ones, which are made anew if they are older than an hour, unless another process is counting.
    ///
    /// # Errors
    /// [`NotFound`](jobs_rules::ErrorKind::NotFound) if there is no such queue, [`BadInput`](jobs_rules::ErrorKind::BadInput) if the query is out of
    /// bounds.
    pub async fn queue_stats(
        &self,
        queue: &str,
        query: QueueStatsQuery,
    ) -> Result<Vec<QueueStats>, Error> {
        query.check()?;
        let doing = format!("look at the counts of queue `{queue}`");
        let store = self.store().await?;
        let counts = with_timeout(store.find_counts(queue)).await;
        let Some(counts) = counts.map_err(map_db_error(&*doing))? else {
            return Err(store.unknown_queue(&doing, queue).await);
        };
        if self.settings().queue_stats {
            let rows = with_timeout(store.find_statistics(queue, &query.span())).await;
            let rows = rows.map_err(map_db_error(&*doing))?.into_iter();
            return Ok(rows
                .map(|row| QueueStats::kept(queue, row, &query))
                .collect());
        }
        let counts = with_timeout(self.fresh(store, queue, counts, query.force)).await;
        match counts.map_err(map_db_error(&*doing))? {
            Some(counts) => Ok(vec![QueueStats::counted(queue, &counts, &query)]),
            None => Err(store.unknown_queue(&doing, queue).await),
        }
    }

    /// The counts themselves, or new ones if they are too old.
    async fn fresh(
        &self,
        store: &Store,
        queue: &str,
        counts: Counts,
        force: bool,
    ) -> sqlx::Result<Option<Counts>> {
        let stale = match force {
            true => STALE_IF_FORCED,
            false => self.settings().counts_fresh,
        };
        match counts.age_seconds {
            // No counts are not old counts, so neither a rest nor another's counting is a reason to show them.
            None => store.count_first(queue).await?,
            Some(age) if age <= stale.as_secs_f64() || counts.resting => return Ok(Some(counts)),
            Some(_) => {
                let queue = [queue.to_owned()];
                store.count_queues(&queue, History::Unchanged).await?;
            }
        }
        store.find_counts(queue).await
    }
}

impl QueueStats {
    fn counted(name: &str, counts: &Counts, query: &QueueStatsQuery) -> Self {
        Self {
            name: name.to_owned(),
            deferred_count: counts.deferred_count,
            queued_count: counts.queued_count,
            ready_count: counts.ready_count,
            active_count: counts.active_count,
            failed_count: counts.failed_count,
            total_count: counts.total_count,
            created_delta: None,
            completed_delta: None,
            failed_delta: None,
            delta_seconds: None,
            delta_on: None,
            wait_bins: None,
            run_bins: None,
            ready_oldest_seconds: None,
            percentiles: percentiles(query, None, None),
            captured_on: counts.counted_on.unwrap_or_default(),
        }
    }

    fn kept(name: &str, row: StatisticsRow, query: &QueueStatsQuery) -> Self {
        let whole =
            |bins: Vec<Option<i32>>| bins.into_iter().map(Option::unwrap_or_default).collect();
        let wait_bins: Option<Vec<i32>> = row.wait_bins.map(whole);
        let run_bins: Option<Vec<i32>> = row.run_bins.map(whole);
        Self {
            name: name.to_owned(),
            deferred_count: row.deferred_count,
            queued_count: row.queued_count,
            ready_count: row.ready_count,
            active_count: row.active_count,
            failed_count: row.failed_count,
            total_count: row.total_count,
            created_delta: row.created_delta,
            completed_delta: row.completed_delta,
            failed_delta: row.failed_delta,
            delta_seconds: row.delta_seconds,
            delta_on: row.delta_on,
            percentiles: percentiles(query, wait_bins.as_deref(), run_bins.as_deref()),
            wait_bins,
            run_bins,
            ready_oldest_seconds: row.ready_oldest_seconds,
            captured_on: row.captured_on,
        }
    }
}

fn percentiles(
    query: &QueueStatsQuery,
    waited: Option<&[i32]>,
    ran: Option<&[i32]>,
) -> Vec<Percentile> {
    let percents = query.percentiles.iter();
    let both = percents.map(|p| Percentile {
        p: *p,
        wait_seconds: waited.and_then(|bins| percentile(bins, *p)),
        run_seconds: ran.and_then(|bins| percentile(bins, *p)),
    });
    both.collect()
}

/// Where the percent is reached, measured within its slot; the first and the last slot have one edge each.
fn percentile(bins: &[i32], percent: f64) -> Option<f64> {
    let jobs: f64 = bins.iter().copied().map(f64::from).sum();
    let target = jobs * percent / 100.0;
    let mut below = 0.0;
    for (slot, count) in bins.iter().copied().map(f64::from).enumerate() {
        if count > 0.0 && below + count >= target {
            let lower = SHORTEST * SQRT_2.powf(slot as f64 - 1.0);
            return Some(match slot {
                0 => SHORTEST,
                last if last + 1 == bins.len() => lower,
                _ => lower * SQRT_2.powf((target - below) / count),
            });
        }
        below += count;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_percentile_lies_within_the_slot_that_reaches_it() {
        let mut bins = vec![0; 48];
        assert_eq!(percentile(&bins, 50.0), None);
        bins[0] = 1;
        assert_eq!(percentile(&bins, 100.0), Some(SHORTEST));
        bins[3] = 2;
        let half = percentile(&bins, 50.0).unwrap();
        assert!(
            (half - SHORTEST * SQRT_2.powf(2.25)).abs() < 1e-12,
            "{half}"
        );
        bins[47] = 1;
        assert_eq!(percentile(&bins, 100.0), Some(SHORTEST * SQRT_2.powf(46.0)));
    }
}
