//! The pass over the schedules: what is due is filed in the queue from which `cron_forwarder` sends it on.
//!
//! Every process with schedules on, Node's too, may take the pass; a filing has the same key and slot whoever makes it, so
//! that none is made twice. Time is the database's throughout.

use std::collections::{BTreeSet, HashSet};
use std::iter;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use jobs_rules::{Recurrence, shorten};

use super::parsed_schedules::ParsedSchedules;
#[cfg(feature = "testing")]
use crate::store::ClockSpan;
use crate::store::{ScheduleRow, Store, Tick};

/// An occurrence that no pass has seen for longer is missed (pg-boss 12.38).
const WINDOW: TimeDelta = TimeDelta::seconds(60);
/// How many missed occurrences of one schedule are made up for at most, the latest of them, where it asks for all. pg-boss
/// 12.38 knows no such policy: where one of its processes sees to the outage first, they are skipped.
const MOST_MADE_UP: usize = 1_000;
const SLOT: &str = "%Y-%m-%d %H:%M:00";

/// Reads schedules, and tells of each that cannot be read once.
#[derive(Debug, Default)]
pub(super) struct CronScheduler {
    parsed: ParsedSchedules,
    told: HashSet<[String; 4]>,
}

/// What one look at the schedules came to.
pub(super) struct Pass {
    /// How many occurrences were filed.
    pub(super) filed: i64,
    /// When to look again.
    pub(super) again_in: Duration,
}

/// The span of time that one pass sees to.
#[derive(Debug, Clone, Copy)]
struct Span {
    previous: Option<DateTime<Utc>>,
    now: DateTime<Utc>,
}

impl CronScheduler {
    /// Takes the pass if no process took it lately, and files what is due. Both are one transaction: a process that dies in between
    /// leaves the pass to the next one.
    pub(super) async fn pass(&mut self, store: &Store, interval: Duration) -> sqlx::Result<Pass> {
        let mut transaction = store.begin_bounded().await?;
        let claim = store
            .claim_cron(&mut transaction, interval.as_secs_f64())
            .await?;
        if !claim.taken {
            // Just after it comes free, so that no minute is passed over when its holder is gone.
            let grace = (interval / 4).min(Duration::from_secs(1));
            let due_in = Duration::try_from_secs_f64(claim.due_in).unwrap_or(Duration::ZERO);
            return Ok(Pass {
                filed: 0,
                again_in: due_in.min(interval) + grace,
            });
        }
        let span = Span {
            previous: claim.previous,
            now: claim.now,
        };
        let schedules = store.schedules(&mut transaction).await?;
        let read = self.read(&schedules).await;
        let filed = store
            .enqueue_ticks(&mut transaction, &due(&read, span))
            .await?;
        for (row, recurrence) in read.iter().filter(|(row, read)| row.kind != read.kind()) {
            store
                .relabel_schedule(&mut transaction, row, recurrence.kind())
                .await?;
        }
        transaction.commit().await?;
        Ok(Pass {
            filed,
            again_in: interval,
        })
    }

    #[cfg(feature = "testing")]
    /// Files all that was due in a span that ends now: nothing in it counts as missed, as if passes had been made all along.
    /// Of each schedule the latest thousand.
    pub(super) async fn catch_up(&mut self, store: &Store, span: ClockSpan) -> sqlx::Result<i64> {
        let mut transaction = store.begin_bounded().await?;
        store.claim_cron(&mut transaction, 0.0).await?;
        let schedules = store.schedules(&mut transaction).await?;
        let read = self.read(&schedules).await;
        let due = read.iter().flat_map(|(row, recurrence)| {
            let since = span.from.max(row.created_on);
            let slots = slots_of(missed(recurrence, since, span.to).take(MOST_MADE_UP));
            filings(row, slots)
        });
        let due: Vec<Tick> = due.collect();
        let filed = store.enqueue_ticks(&mut transaction, &due).await?;
        transaction.commit().await?;
        Ok(filed)
    }

    /// The schedules that can be read.
    async fn read<'a>(
        &mut self,
        schedules: &'a [ScheduleRow],
    ) -> Vec<(&'a ScheduleRow, Recurrence)> {
        let mut readable = Vec::with_capacity(schedules.len());
        for (row, recurrence) in self.parsed.of(schedules).await {
            match recurrence {
                Ok(recurrence) => readable.push((row, recurrence)),
                Err(error) => self.tell(row, &error),
            }
        }
        readable
    }

    fn tell(&mut self, schedule: &ScheduleRow, error: &dyn std::error::Error) {
        let ScheduleRow {
            name,
            key,
            cron,
            timezone,
            ..
        } = schedule;
        let zone = timezone.clone().unwrap_or_default();
        if self
            .told
            .insert([name.clone(), key.clone(), cron.clone(), zone])
        {
            tracing::warn!(
                queue = %name, %key, cron = %shorten(cron), timezone = timezone.as_deref().map(shorten).as_deref(),
                %error,
                "a schedule cannot be read, and is passed over"
            );
        }
    }
}

/// What is to be filed, each occurrence once.
fn due<'a>(schedules: &[(&'a ScheduleRow, Recurrence)], span: Span) -> Vec<Tick<'a>> {
    let filings = |(row, recurrence): &(&'a ScheduleRow, Recurrence)| {
        filings(row, slots(row, recurrence, span))
    };
    schedules.iter().flat_map(filings).collect()
}

fn filings(row: &ScheduleRow, slots: BTreeSet<String>) -> impl Iterator<Item = Tick<'_>> {
    slots.into_iter().map(|slot| Tick {
        name: &row.name,
        key: &row.key,
        slot,
    })
}

/// The minutes for which a schedule is due, each once.
fn slots(schedule: &ScheduleRow, recurrence: &Recurrence, span: Span) -> BTreeSet<String> {
    let window_start = span.now - WINDOW;
    let mut due = recurrence.due(window_start, span.now);
    if let Some(previous) = span.previous {
        let since = previous.max(schedule.created_on);
        let most = match schedule.missed.as_deref() {
            Some("once") => 1,
            Some("all") => MOST_MADE_UP,
            _ => 0,
        };
        due.extend(missed(recurrence, since, window_start).take(most));
    }
    slots_of(due)
}

fn slots_of(occurrences: impl IntoIterator<Item = DateTime<Utc>>) -> BTreeSet<String> {
    let slot = |at: DateTime<Utc>| at.format(SLOT).to_string();
    occurrences.into_iter().map(slot).collect()
}

/// The occurrences in (after, until], the latest first.
fn missed(
    recurrence: &Recurrence,
    after: DateTime<Utc>,
    until: DateTime<Utc>,
) -> impl Iterator<Item = DateTime<Utc>> {
    let before = move |at: DateTime<Utc>| recurrence.latest(after, at - TimeDelta::milliseconds(1));
    iter::successors(recurrence.latest(after, until), move |at| before(*at))
}

#[cfg(test)]
mod tests;
