//! Fetching jobs by hand, for those who drive their own loop.

use std::ops::RangeInclusive;
use std::sync::Arc;

use jobs_rules::Error;

use crate::fetch::{GroupLimit, Limits, QueueFetch};
use crate::operation::Operation;
use crate::operation::{must_exist, read_all};
use crate::validate::{bad_input, check_queue};
use crate::{Boss, JobDetails};

/// Which jobs are fetched, and how many; the default is one, by priority and age.
#[derive(Debug, Clone, Default)]
#[must_use]
pub struct FetchOptions {
    batch_size: Option<u32>,
    ignore_start_after: bool,
    min_priority: Option<i32>,
    max_priority: Option<i32>,
    group_concurrency: Option<u32>,
    group_tiers: Vec<(String, u32)>,
    ignore_groups: Vec<String>,
}

impl FetchOptions {
    /// One job, the first by priority and age.
    pub fn new() -> Self {
        Self::default()
    }

    /// At most this number of jobs.
    pub fn batch_size(mut self, jobs: u32) -> Self {
        self.batch_size = Some(jobs);
        self
    }

    /// Takes jobs that are not due yet too.
    pub fn ignore_start_after(mut self) -> Self {
        self.ignore_start_after = true;
        self
    }

    /// Takes jobs of these priorities only.
    pub fn priorities(self, range: RangeInclusive<i32>) -> Self {
        let (least, most) = range.into_inner();
        self.min_priority(least).max_priority(most)
    }

    /// Takes no job of a lower priority.
    pub fn min_priority(mut self, least: i32) -> Self {
        self.min_priority = Some(least);
        self
    }

    /// Takes no job of a higher priority.
    pub fn max_priority(mut self, most: i32) -> Self {
        self.max_priority = Some(most);
        self
    }

    /// Takes a job of a group only while fewer than this number of its jobs are active in the queue, whichever worker has them.
    pub fn group_concurrency(mut self, jobs: u32) -> Self {
        self.group_concurrency = Some(jobs);
        self
    }

    /// Another such limit for jobs of this tier.
    pub fn group_tier(mut self, tier: impl Into<String>, jobs: u32) -> Self {
        self.group_tiers.push((tier.into(), jobs));
        self
    }

    /// Takes no job of these groups.
    pub fn ignore_groups<G: Into<String>>(mut self, groups: impl IntoIterator<Item = G>) -> Self {
        self.ignore_groups
            .extend(groups.into_iter().map(Into::into));
        self
    }

    fn check(&self, queue: &str) -> Result<(), Error> {
        check_queue(queue)?;
        if self.batch_size == Some(0) {
            return Err(bad_input("`batch_size` must be 1 or more"));
        }
        if let (Some(least), Some(most)) = (self.min_priority, self.max_priority)
            && least > most
        {
            return Err(bad_input(format!(
                "`min_priority` {least} is higher than `max_priority` {most}"
            )));
        }
        let tiers = self.group_tiers.iter().map(|(_, jobs)| *jobs);
        if self
            .group_concurrency
            .into_iter()
            .chain(tiers)
            .any(|jobs| jobs == 0)
        {
            return Err(bad_input(
                "a limit of a group must be 1 or more: none of its jobs could ever be fetched",
            ));
        }
        match self.group_concurrency {
            None if !self.group_tiers.is_empty() => Err(bad_input(
                "`group_tier` needs a `group_concurrency` for jobs of other tiers",
            )),
            _ => Ok(()),
        }
    }

    fn of(self, queue: &str) -> QueueFetch {
        let clamp = |jobs: u32| i32::try_from(jobs).unwrap_or(i32::MAX);
        QueueFetch {
            name: queue.to_owned(),
            slots: clamp(self.batch_size.unwrap_or(1)),
            ignore_start_after: self.ignore_start_after,
            ignore_groups: self.ignore_groups,
            mark: 0,
            limits: Arc::new(Limits {
                min_priority: self.min_priority,
                max_priority: self.max_priority,
                groups: self.group_concurrency.map(|jobs| GroupLimit {
                    default: clamp(jobs),
                    tiers: self
                        .group_tiers
                        .into_iter()
                        .map(|(tier, jobs)| (tier, clamp(jobs)))
                        .collect(),
                }),
            }),
        }
    }
}

impl Boss {
    /// Takes due jobs of a queue and marks them active; the caller must settle them, and [touch](Self::touch) those that
    /// have a heartbeat in time. They come by priority and age.
    ///
    /// ```no_run
    /// # use pg_boss::FetchOptions;
    /// # async fn example(boss: &pg_boss::Boss) -> Result<(), pg_boss::Error> {
    /// for job in boss.fetch("mail", FetchOptions::new().batch_size(10)).await? {
    ///     println!("{:?}", job.data);
    ///     boss.complete("mail", &job, "sent").await?;
    /// }
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// [`BadInput`](jobs_rules::ErrorKind::BadInput) for what is refused, [`NotFound`](jobs_rules::ErrorKind::NotFound) if there is no
    /// such queue.
    pub fn fetch(&self, queue: &str, options: FetchOptions) -> Operation<Vec<JobDetails>> {
        let checked = options.check(queue);
        let wanted = options.of(queue);
        let operation = Operation::new(
            self,
            format!("fetch from queue `{queue}`"),
            move |store, connection| {
                Box::pin(async move {
                    let rows = store.fetch_rows(connection, &wanted).await?;
                    if rows.is_empty() {
                        must_exist(store, connection, &wanted.name).await?;
                    }
                    read_all("a job", &rows)
                })
            },
        );
        operation.unless_refused(checked)
    }
}
