//! Why a job does not run.

use std::fmt;

use chrono::{DateTime, Utc};
use jobs_core::{Error, Failure, JobState};
use pg_boss::Parent;
use pg_boss::error::map_db_error;
use pg_boss::protocol::JobFacts;
use uuid::Uuid;

use crate::PgBoss;
use crate::store::{Timestamp, with_timeout};

/// Why a job is not running, from [`PgBoss::explain`]. `Display` says it in sentences.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Explanation {
    /// The job.
    pub id: Uuid,
    /// Its queue; `None` if there is no such job.
    pub queue: Option<String>,
    /// Everything that keeps it from running, or what became of it. Without a cause, a worker is about to fetch it.
    pub causes: Vec<Cause>,
}

/// One reason why a job is not running, with its facts. Lists of jobs hold at most a hundred.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Cause {
    /// It is due later.
    #[non_exhaustive]
    NotDue {
        /// When it is due. A time that chrono cannot express is `None`.
        until: Option<DateTime<Utc>>,
    },
    /// It waits for other jobs of its flow.
    #[non_exhaustive]
    Blocked {
        /// Those that are not completed.
        parents: Vec<Parent>,
    },
    /// Its queue is paused.
    #[non_exhaustive]
    QueuePaused {
        /// Since when.
        since: DateTime<Utc>,
    },
    /// By the policy of its queue, other jobs of its key come before it.
    #[non_exhaustive]
    PolicySlot {
        /// The policy.
        policy: String,
        /// Those jobs.
        holders: Vec<Uuid>,
    },
    /// As many jobs of its group run as may.
    #[non_exhaustive]
    GroupLimit {
        /// The group.
        group: String,
        /// How many may run, as the job's attribute in this program says.
        limit: u32,
        /// Those that run.
        active: Vec<Uuid>,
    },
    /// No live process works its queue, as far as processes register themselves (`registerInstance`).
    #[non_exhaustive]
    NoWorker {
        /// When one that did was last heard of.
        last_seen: Option<DateTime<Utc>>,
    },
    /// This program has no job for its queue, and no live process works it.
    UnknownJob,
    /// Due jobs of its queue that are fetched before it.
    #[non_exhaustive]
    Behind {
        /// How many; beyond 100,000 they are not counted.
        ahead: u64,
    },
    /// It runs.
    #[non_exhaustive]
    Running {
        /// When this attempt began.
        since: Option<DateTime<Utc>>,
        /// Which attempt this is, from 1.
        attempt: u32,
    },
    /// It has failed for good.
    #[non_exhaustive]
    Failed {
        /// When.
        on: Option<DateTime<Utc>>,
        /// The stored message of its last failure.
        message: String,
    },
    /// It has succeeded.
    #[non_exhaustive]
    Completed {
        /// When.
        on: Option<DateTime<Utc>>,
    },
    /// It was cancelled.
    #[non_exhaustive]
    Cancelled {
        /// When.
        on: Option<DateTime<Utc>>,
        /// Why, if the job cancelled itself.
        reason: Option<String>,
    },
    /// There is no job of this id; it may have been deleted.
    NotFound,
}

impl PgBoss {
    /// Explains why a job is not running. It finds the job by its id alone, whatever its queue and whoever submitted it.
    ///
    /// ```no_run
    /// # async fn example(boss: &jobs_pg::PgBoss, id: uuid::Uuid) -> Result<(), jobs_pg::Error> {
    /// println!("{}", boss.explain(id).await?);
    /// // job 0198b2c4-.. of queue `send_mail` waits: it is not due before 2030-01-01 00:00:00 UTC; the queue is paused since ..
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// If the database does not answer. A job that does not exist is no error, but [`Cause::NotFound`].
    pub async fn explain(&self, id: Uuid) -> Result<Explanation, Error> {
        let store = self.store().await?;
        let doing = || map_db_error(format!("explain job {id}"));
        let facts = with_timeout(store.explain(id)).await.map_err(doing())?;
        let Some(facts) = facts else {
            let causes = vec![Cause::NotFound];
            return Ok(Explanation {
                id,
                queue: None,
                causes,
            });
        };
        let causes = match facts.state.parse()? {
            JobState::Created | JobState::Retry => {
                let pauses = with_timeout(store.pauses()).await.map_err(doing())?;
                let paused = pauses.into_iter().find(|(queue, _)| *queue == facts.name);
                self.waiting(&facts, paused.map(|(_, since)| since)).await?
            }
            state => vec![reached(state, &facts)],
        };
        let queue = Some(facts.name);
        Ok(Explanation { id, queue, causes })
    }

    /// What a job waits for.
    async fn waiting(
        &self,
        facts: &JobFacts,
        paused: Option<DateTime<Utc>>,
    ) -> Result<Vec<Cause>, Error> {
        let mut causes = Vec::new();
        if facts.is_early {
            let until = facts.start_after.to_utc();
            causes.push(Cause::NotDue { until });
        }
        if facts.blocked {
            let parents = facts
                .parents
                .iter()
                .map(|parent| parent.0.clone())
                .collect();
            causes.push(Cause::Blocked { parents });
        }
        if let Some(since) = paused {
            causes.push(Cause::QueuePaused { since });
        }
        if !facts.holders.is_empty() {
            causes.push(Cause::PolicySlot {
                policy: facts.policy.clone(),
                holders: facts.holders.clone(),
            });
        }
        let job = self.namespace().job(&facts.name)?;
        let worker = job.map(|job| job.declaration().worker);
        if let Some(group) = &facts.group_id
            && let Some(limit) =
                worker.and_then(|worker| worker.group_limit(facts.group_tier.as_deref()))
            && facts.group_size >= limit.into()
        {
            causes.push(Cause::GroupLimit {
                group: group.clone(),
                limit,
                active: facts.active_in_group.clone(),
            });
        }
        if !facts.is_live && !self.works(&facts.name).await {
            let last_seen = facts.worker_seen_on;
            causes.push(Cause::NoWorker { last_seen });
            if job.is_none() {
                causes.push(Cause::UnknownJob);
            }
        }
        if facts.ahead > 0 && !facts.is_early && !facts.blocked {
            let ahead = facts.ahead.unsigned_abs();
            causes.push(Cause::Behind { ahead });
        }
        Ok(causes)
    }
}

/// What became of a job that does not wait any more.
fn reached(state: JobState, facts: &JobFacts) -> Cause {
    let on = facts.completed_on.and_then(Timestamp::to_utc);
    let failure = || Failure::read(facts.output.as_ref());
    match state {
        JobState::Completed => Cause::Completed { on },
        JobState::Failed => Cause::Failed {
            on,
            message: failure().message,
        },
        JobState::Cancelled => {
            let reason = Some(failure()).filter(|failure| failure.name == Failure::CANCELLED);
            Cause::Cancelled {
                on,
                reason: reason.map(|reason| reason.message),
            }
        }
        JobState::Active | JobState::Created | JobState::Retry => Cause::Running {
            since: facts.started_on.and_then(Timestamp::to_utc),
            attempt: u32::try_from(facts.retry_count)
                .unwrap_or(0)
                .saturating_add(1),
        },
    }
}

impl fmt::Display for Explanation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { id, queue, causes } = self;
        let Some(queue) = queue else {
            return write!(f, "there is no job {id}; it may have been deleted");
        };
        write!(f, "job {id} of queue `{queue}`")?;
        match causes.as_slice() {
            [] => f.write_str(" is about to be fetched"),
            [one] if one.is_end() => write!(f, " {one}"),
            causes => {
                f.write_str(" waits: ")?;
                for (at, cause) in causes.iter().enumerate() {
                    let separator = if at > 0 { "; " } else { "" };
                    write!(f, "{separator}{cause}")?;
                }
                Ok(())
            }
        }
    }
}

impl Cause {
    /// Whether the job does not wait any more.
    fn is_end(&self) -> bool {
        matches!(
            self,
            Self::Running { .. }
                | Self::Failed { .. }
                | Self::Completed { .. }
                | Self::Cancelled { .. }
        )
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let time = |time: &Option<DateTime<Utc>>| {
            time.map_or_else(|| "an unknown time".to_owned(), |time| time.to_string())
        };
        match self {
            Self::NotDue { until: Some(until) } => write!(f, "it is not due before {until}"),
            Self::NotDue { until: None } => f.write_str("its due time is out of range"),
            Self::Blocked { parents } => {
                write!(f, "it waits for {}", list(parents.iter().map(in_words)))
            }
            Self::QueuePaused { since } => write!(f, "the queue is paused since {since}"),
            Self::PolicySlot { policy, holders } => write!(
                f,
                "the queue has the policy {policy}, and other jobs of its key come first: {}",
                list(holders)
            ),
            Self::GroupLimit {
                group,
                limit,
                active,
            } => {
                write!(
                    f,
                    "{limit} jobs of group `{group}` may run, and these do: {}",
                    list(active)
                )
            }
            Self::NoWorker {
                last_seen: Some(seen),
            } => {
                write!(
                    f,
                    "no live process works the queue; the last one was heard of at {seen}"
                )
            }
            Self::NoWorker { last_seen: None } => {
                f.write_str("no registered process works the queue")
            }
            Self::UnknownJob => f.write_str("this program has no job of this queue's name"),
            Self::Behind { ahead } => write!(f, "{ahead} due jobs of the queue come before it"),
            Self::Running { since, attempt } => {
                write!(f, "runs since {}, attempt {attempt}", time(since))
            }
            Self::Failed { on, message } => write!(f, "failed for good at {}: {message}", time(on)),
            Self::Completed { on } => write!(f, "was completed at {}", time(on)),
            Self::Cancelled {
                on,
                reason: Some(reason),
            } => write!(f, "cancelled itself at {}: {reason}", time(on)),
            Self::Cancelled { on, reason: None } => write!(f, "was cancelled at {}", time(on)),
            Self::NotFound => f.write_str("there is no such job"),
        }
    }
}

fn in_words(parent: &Parent) -> String {
    let Parent {
        name, id, state, ..
    } = parent;
    match state {
        Some(state) => format!("job {id} of queue `{name}`, which is {state}"),
        None => format!("job {id} of queue `{name}`, which was deleted"),
    }
}

fn list(items: impl IntoIterator<Item: fmt::Display>) -> String {
    let items: Vec<String> = items.into_iter().map(|item| item.to_string()).collect();
    items.join(", ")
}
