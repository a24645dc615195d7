//! For those who drive their own loop: settling what they fetched; and what can be done with jobs by their ids.

use std::sync::Arc;

use jobs_rules::Error;
use serde::Serialize;
use sqlx::{Connection, PgConnection, Postgres, Transaction};
use uuid::Uuid;

use crate::operation::must_exist;
use crate::operation::split;
use crate::operation::{Operation, OperationError};
use crate::settle::{Failed, Fence, JobIds, Removed};
use crate::store::{Store, with_timeout};
use crate::validate::{check_queue, encoded_output};
use crate::{Boss, IntoJobRefs, JobRef};

/// What an operation on named jobs came to.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct AffectedJobs {
    /// How many were named.
    pub requested: usize,
    /// Those that it changed; the others were not in a state for it, or are no longer the caller's.
    pub jobs: Vec<Uuid>,
}

impl AffectedJobs {
    /// How many it changed.
    pub fn count(&self) -> usize {
        self.jobs.len()
    }
}

/// How many jobs one statement removes (pg-boss 12.38).
const BATCH: i64 = 10_000;

/// What is said on the control channel when jobs were cancelled or removed, which may be running.
pub const CANCELLED: &str = "cancelled";

/// Which jobs are removed: all of a queue.
const ALL: &str = "all";

/// What becomes of named jobs.
#[derive(Default)]
enum Change {
    Complete(Option<String>),
    CompleteQueued(Option<String>),
    Fail(Option<String>),
    FailForGood(Option<String>),
    #[default]
    Touch,
    Cancel,
    Resume,
    Retry,
    Delete,
}

impl Change {
    /// Whether running jobs are taken from their workers.
    fn takes_away(&self) -> bool {
        matches!(self, Self::Cancel | Self::Delete)
    }

    /// Whether the counts of the queue follow, which are not changed within a transaction.
    fn is_counted(&self) -> bool {
        matches!(self, Self::Resume | Self::Delete)
    }

    async fn apply(
        self,
        store: &Store,
        connection: &mut PgConnection,
        queue: &str,
        jobs: &[JobRef],
    ) -> sqlx::Result<Vec<Uuid>> {
        let named = JobIds::new(queue, jobs);
        match self {
            Self::Complete(output) => {
                let output = output.as_deref();
                store.complete_running(connection, &named, output).await
            }
            Self::CompleteQueued(output) => {
                let output = output.as_deref();
                store.complete_queued(connection, &named, output).await
            }
            Self::Fail(reason) => fail(store, connection, queue, jobs, reason, false).await,
            Self::FailForGood(reason) => fail(store, connection, queue, jobs, reason, true).await,
            Self::Touch => store.touch(connection, &named).await,
            Self::Cancel => store.cancel(connection, &named).await,
            Self::Resume => {
                let mut held = hold(store, connection, &named).await?;
                let resumed = store.resume(&mut held, &named).await?;
                held.commit().await?;
                // They go on as live jobs.
                Ok(counted(store, connection, queue, resumed, false).await)
            }
            Self::Retry => store.retry(connection, &named).await,
            Self::Delete => {
                let mut held = hold(store, connection, &named).await?;
                let deleted = store.delete(&mut held, &named).await?;
                held.commit().await?;
                Ok(counted(store, connection, queue, deleted, true).await)
            }
        }
    }
}

/// Begins a transaction, or a savepoint, that holds these jobs.
async fn hold<'c>(
    store: &Store,
    connection: &'c mut PgConnection,
    jobs: &JobIds<'_>,
) -> sqlx::Result<Transaction<'c, Postgres>> {
    let mut transaction = connection.begin().await?;
    store.hold(&mut transaction, jobs).await?;
    Ok(transaction)
}

/// Takes those jobs off the counts of their queue that were counted as retained.
async fn counted(
    store: &Store,
    connection: &mut PgConnection,
    queue: &str,
    jobs: Vec<(Uuid, bool)>,
    are_gone: bool,
) -> Vec<Uuid> {
    let retained = jobs.iter().filter(|(_, is_retained)| *is_retained).count();
    let retained = i64::try_from(retained).unwrap_or(i64::MAX);
    let removed = Removed {
        jobs: if are_gone { retained } else { 0 },
        retained,
    };
    if retained > 0 {
        reduce_counts(store, connection, queue, removed).await;
    }
    jobs.into_iter().map(|(id, _)| id).collect()
}

/// Takes jobs off the counts of their queue, as far as that can be done now: what is missing the next maintenance corrects.
async fn reduce_counts(
    store: &Store,
    connection: &mut PgConnection,
    queue: &str,
    removed: Removed,
) {
    // The transaction of the caller's would hold the row of the queue against the monitor.
    if connection.is_in_transaction() {
        return;
    }
    if let Err(error) = store.reduce_counts(connection, queue, removed).await {
        tracing::warn!(queue, %error, "jobs were removed, and the counts of their queue do not say so yet");
    }
}

async fn fail(
    store: &Store,
    connection: &mut PgConnection,
    queue: &str,
    jobs: &[JobRef],
    reason: Option<String>,
    for_good: bool,
) -> sqlx::Result<Vec<Uuid>> {
    let name: Arc<str> = queue.into();
    let output = reason.unwrap_or_else(|| "null".to_owned());
    let failed = jobs.iter().map(|job| Failed {
        name: Arc::clone(&name),
        id: job.id,
        fence: Fence {
            retry_count: job.retry_count,
            started_on: job.started_on.map(Into::into),
        },
        output: output.clone(),
        for_good,
        delay: None,
        crashes: 0,
        extra_delay: 0.0,
        least_delay: None,
    });
    let mut transaction = connection.begin().await?;
    let failed = store.fail_held(&mut transaction, failed.collect()).await?;
    transaction.commit().await?;
    Ok(failed.into_iter().map(|(id, _)| id).collect())
}

impl Boss {
    /// Completes running jobs with an output. Of an attempt only its own holder's call counts: pass the fetched job.
    ///
    /// # Errors
    /// [`NotFound`](jobs_rules::ErrorKind::NotFound) if there is no such queue;
    /// [`BadInput`](jobs_rules::ErrorKind::BadInput) if the output has no JSON, or more than
    /// [`max_output`](crate::BossSettings::max_output) allows.
    pub fn complete(
        &self,
        queue: &str,
        jobs: impl IntoJobRefs,
        output: impl Serialize,
    ) -> Operation<AffectedJobs> {
        let change = self.output("the output", &output).map(Change::Complete);
        self.change("complete", queue, jobs, change)
    }

    /// Completes jobs whether they run or still wait, for a time or for other jobs (pg-boss's `includeQueued`).
    ///
    /// # Errors
    /// As [`complete`](Self::complete).
    pub fn complete_queued(
        &self,
        queue: &str,
        jobs: impl IntoJobRefs,
        output: impl Serialize,
    ) -> Operation<AffectedJobs> {
        let change = self
            .output("the output", &output)
            .map(Change::CompleteQueued);
        self.change("complete", queue, jobs, change)
    }

    /// Fails jobs with a reason, such as an error's `Failure` or any JSON: each waits for its next attempt, or
    /// has failed for good and goes to its dead letter queue. A job that only waits can be failed too; that counts no attempt.
    ///
    /// # Errors
    /// [`NotFound`](jobs_rules::ErrorKind::NotFound) if there is no such queue;
    /// [`BadInput`](jobs_rules::ErrorKind::BadInput) if the reason has no JSON, or more than
    /// [`max_output`](crate::BossSettings::max_output) allows.
    pub fn fail(
        &self,
        queue: &str,
        jobs: impl IntoJobRefs,
        reason: impl Serialize,
    ) -> Operation<AffectedJobs> {
        let change = self.output("the reason", &reason).map(Change::Fail);
        self.change("fail", queue, jobs, change)
    }

    /// Fails jobs for good, whatever their retry limits say (pg-boss's job result `deadletter`).
    ///
    /// # Errors
    /// As [`fail`](Self::fail).
    pub fn dead_letter(
        &self,
        queue: &str,
        jobs: impl IntoJobRefs,
        reason: impl Serialize,
    ) -> Operation<AffectedJobs> {
        let change = self.output("the reason", &reason).map(Change::FailForGood);
        self.change("fail", queue, jobs, change)
    }

    /// Gives running jobs a heartbeat, so that they do not count as lost. What it does not answer for is no longer the
    /// caller's.
    ///
    /// # Errors
    /// [`NotFound`](jobs_rules::ErrorKind::NotFound) if there is no such queue.
    pub fn touch(&self, queue: &str, jobs: impl IntoJobRefs) -> Operation<AffectedJobs> {
        self.change("touch", queue, jobs, Ok(Change::Touch))
    }

    /// Cancels jobs that have not ended. A running function is cancelled at once where its worker of this library hears `NOTIFY`, else at
    /// its worker's next heartbeat.
    ///
    /// # Errors
    /// [`NotFound`](jobs_rules::ErrorKind::NotFound) if there is no such queue.
    pub fn cancel(&self, queue: &str, jobs: impl IntoJobRefs) -> Operation<AffectedJobs> {
        self.change("cancel", queue, jobs, Ok(Change::Cancel))
    }

    /// Lets cancelled jobs wait again; all of them, or none.
    ///
    /// # Errors
    /// [`NotFound`](jobs_rules::ErrorKind::NotFound) if there is no such queue,
    /// [`Refused`](jobs_rules::ErrorKind::Refused) if one of them conflicts with another job by the policy of the queue.
    pub fn resume(&self, queue: &str, jobs: impl IntoJobRefs) -> Operation<AffectedJobs> {
        self.change("resume", queue, jobs, Ok(Change::Resume))
    }

    /// Gives failed jobs one more attempt each; all of them, or none.
    ///
    /// # Errors
    /// [`NotFound`](jobs_rules::ErrorKind::NotFound) if there is no such queue,
    /// [`Refused`](jobs_rules::ErrorKind::Refused) if one of them conflicts with another job by the policy of the queue.
    pub fn retry(&self, queue: &str, jobs: impl IntoJobRefs) -> Operation<AffectedJobs> {
        self.change("retry", queue, jobs, Ok(Change::Retry))
    }

    /// Removes jobs, whatever their state; of an attempt only its own.
    ///
    /// # Errors
    /// [`NotFound`](jobs_rules::ErrorKind::NotFound) if there is no such queue.
    pub fn delete_job(&self, queue: &str, jobs: impl IntoJobRefs) -> Operation<AffectedJobs> {
        self.change("delete", queue, jobs, Ok(Change::Delete))
    }

    /// Removes the jobs of a queue that wait; answers how many.
    ///
    /// # Errors
    /// [`NotFound`](jobs_rules::ErrorKind::NotFound) if there is no such queue.
    pub fn delete_queued_jobs(&self, queue: &str) -> Operation<u64> {
        self.clear("queued", queue)
    }

    /// Removes the jobs of a queue that have ended; answers how many.
    ///
    /// # Errors
    /// [`NotFound`](jobs_rules::ErrorKind::NotFound) if there is no such queue.
    pub fn delete_stored_jobs(&self, queue: &str) -> Operation<u64> {
        self.clear("stored", queue)
    }

    /// Removes all jobs of a queue, running ones too; answers how many.
    ///
    /// # Errors
    /// [`NotFound`](jobs_rules::ErrorKind::NotFound) if there is no such queue.
    pub fn delete_all_jobs(&self, queue: &str) -> Operation<u64> {
        self.clear(ALL, queue)
    }

    /// Removes every job of every queue at once. It waits for all transactions that use the jobs, and they for it.
    ///
    /// # Errors
    /// If the database does not answer, or the role may not truncate the table.
    pub fn delete_jobs_of_all_queues(&self) -> Operation<()> {
        Operation::new(
            self,
            "delete the jobs of all queues",
            |store, connection| {
                Box::pin(async move {
                    let mut transaction = connection.begin().await?;
                    store.empty_jobs(&mut transaction).await?;
                    Ok(transaction.commit().await?)
                })
            },
        )
    }

    fn output(&self, what: &str, output: &impl Serialize) -> Result<Option<String>, Error> {
        encoded_output(what, output, self.settings().max_output)
    }

    fn change(
        &self,
        verb: &str,
        queue: &str,
        jobs: impl IntoJobRefs,
        change: Result<Change, Error>,
    ) -> Operation<AffectedJobs> {
        let doing = format!("{verb} jobs of queue `{queue}`");
        let (queue, jobs) = (queue.to_owned(), jobs.into_job_refs());
        let (change, checked) = split(check_queue(&queue).and(change));
        let operation = Operation::new(self, doing, move |store, connection| {
            Box::pin(async move {
                let takes_away = change.takes_away();
                let changed = if jobs.len() > 1 && !change.is_counted() {
                    let named = JobIds::new(&queue, &jobs);
                    let mut held = hold(store, connection, &named).await?;
                    let changed = change.apply(store, &mut held, &queue, &jobs).await?;
                    held.commit().await?;
                    changed
                } else {
                    change.apply(store, connection, &queue, &jobs).await?
                };
                if changed.is_empty() {
                    must_exist(store, connection, &queue).await?;
                }
                if takes_away && !changed.is_empty() {
                    let channel = store.control_channel();
                    store.notify(&mut *connection, &channel, CANCELLED).await?;
                }
                Ok(AffectedJobs {
                    requested: jobs.len(),
                    jobs: changed,
                })
            })
        });
        operation.unless_refused(checked)
    }

    fn clear(&self, which: &'static str, queue: &str) -> Operation<u64> {
        let doing = format!("delete jobs of queue `{queue}`");
        let checked = check_queue(queue);
        let queue = queue.to_owned();
        let operation = Operation::in_steps(self, doing, move |store, connection| {
            Box::pin(async move { clear(store, connection, &queue, which).await })
        });
        operation.unless_refused(checked)
    }
}

/// Removes jobs of a queue, in batches of which each is with_timeout.
async fn clear(
    store: &Store,
    connection: &mut PgConnection,
    queue: &str,
    which: &str,
) -> Result<u64, OperationError> {
    let mut removed = Removed::default();
    let emptied = loop {
        match with_timeout(store.clear_jobs(connection, queue, which, BATCH)).await {
            Ok(batch) => {
                removed.jobs += batch.jobs;
                removed.retained += batch.retained;
                if batch.jobs < BATCH {
                    break Ok(());
                }
            }
            Err(error) => break Err(error),
        }
    };
    match removed.jobs {
        0 => with_timeout(must_exist(store, connection, queue)).await?,
        _ => reduce_counts(store, connection, queue, removed).await,
    }
    emptied?;
    if which == ALL && !connection.is_in_transaction() {
        with_timeout(store.zero_counts(connection, Some(queue))).await?;
    }
    Ok(removed.jobs.unsigned_abs())
}
