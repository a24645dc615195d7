//! Queues by hand: pg-boss's `createQueue` and what goes with it.

use std::time::Duration;

use chrono::{DateTime, Utc};
use jobs_rules::{ErrorKind, QueuePolicy};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use sqlx::{Connection, PgConnection};
use tokio::time::sleep;

use super::options::IntoQueueOptions;
use crate::Boss;
use crate::jitter::jittered;
use crate::operation::split;
use crate::operation::{Operation, OperationError};
use crate::operation::{read, read_all};
use crate::page::Page;
use crate::queue::Removal;
use crate::row_time;
use crate::store::Store;
use crate::validate::{MOST_ROWS, ROWS, check_queue, check_rows};

/// How often, and how far apart, the job tables are asked for to remove one of them (pg-boss 12.38).
const TRIES: u32 = 12;
const FIRST_PAUSE: Duration = Duration::from_millis(25);
const LONGEST_PAUSE: Duration = Duration::from_millis(400);

/// A queue's row, by the columns of schema 46. Times are whole seconds. Counts are those of the last monitor pass, whoever made
/// it: they lag, and nothing should be decided by them. Columns that only Node reads are
/// in [`other`](Self::other).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct QueueDetails {
    /// Unique in the schema.
    pub name: String,
    /// How many jobs of one key may exist at once, in pg-boss's spelling.
    pub policy: String,
    /// Whether it has a table of its own.
    pub partition: bool,
    /// The table of its jobs.
    pub table_name: String,
    /// How many more attempts may follow the first.
    pub retry_limit: i32,
    /// The wait before another attempt.
    pub retry_delay: i32,
    /// Whether that wait grows.
    pub retry_backoff: bool,
    /// What it grows to at most.
    pub retry_delay_max: Option<i32>,
    /// How long an attempt may take.
    pub expire_seconds: i32,
    /// How long a job that was not fetched is kept after it was due.
    pub retention_seconds: i32,
    /// How long an ended job is kept; 0 is for ever.
    pub deletion_seconds: i32,
    /// The queue for copies of jobs that failed for good.
    pub dead_letter: Option<String>,
    /// After how long without a heartbeat a worker counts as dead.
    pub heartbeat_seconds: Option<i32>,
    /// Whether a submission wakes the workers that listen.
    pub notify: bool,
    /// How many waiting jobs are worth a warning; 0 is the supervisor's own number.
    pub warning_queued: i32,
    /// Jobs that wait for their time.
    pub deferred_count: i32,
    /// Jobs that wait for other jobs.
    pub blocked_count: i32,
    /// Jobs that wait, for whatever.
    pub queued_count: i32,
    /// Jobs that are due.
    pub ready_count: i32,
    /// Jobs that run.
    pub active_count: i32,
    /// Jobs that failed for good.
    pub failed_count: i32,
    /// All jobs.
    pub total_count: i32,
    /// When the counts were written.
    #[serde(default, deserialize_with = "row_time::if_any")]
    pub monitor_on: Option<DateTime<Utc>>,
    /// When it was created.
    #[serde(deserialize_with = "row_time::instant")]
    pub created_on: DateTime<Utc>,
    /// When its options were changed last.
    #[serde(deserialize_with = "row_time::instant")]
    pub updated_on: DateTime<Utc>,
    /// The other columns.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// A part of the queues; at most 1,000, by name.
#[derive(Debug, Clone, Default)]
#[must_use]
pub struct ListQueues {
    names: Option<Vec<String>>,
    after: Option<String>,
    limit: Option<u32>,
}

impl ListQueues {
    /// All queues, at most 1,000.
    pub fn new() -> Self {
        Self::default()
    }

    /// Those of these names.
    pub fn names<N: Into<String>>(mut self, names: impl IntoIterator<Item = N>) -> Self {
        self.names = Some(names.into_iter().map(Into::into).collect());
        self
    }

    /// Those that come after this name, the last of the page before.
    pub fn after(mut self, name: impl Into<String>) -> Self {
        self.after = Some(name.into());
        self
    }

    /// At most this number, 1 to 100,000.
    pub fn limit(mut self, queues: u32) -> Self {
        self.limit = Some(queues);
        self
    }
}

impl Boss {
    /// Creates a queue with pg-boss's defaults for what is not given. An existing queue is left unchanged; if its policy or partition is
    /// not the one that is given, a warning is logged. Within a transaction, no other transaction creates a queue until it ends, and
    /// from then on it waits for no lock longer than 30 seconds.
    ///
    /// ```no_run
    /// # use pg_boss::{QueueOptions, QueuePolicy}; use serde_json::json;
    /// # async fn example(boss: &pg_boss::Boss) -> Result<(), pg_boss::Error> {
    /// boss.create_queue("dead", json!({"retentionSeconds": 86_400})).await?;
    /// boss.create_queue("mail", QueueOptions::new().policy(QueuePolicy::Short).dead_letter("dead")).await?;
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// [`BadInput`](ErrorKind::BadInput) for what is refused, [`NotFound`](ErrorKind::NotFound) if the dead letter queue does not
    /// exist.
    pub fn create_queue(&self, name: &str, options: impl IntoQueueOptions) -> Operation<()> {
        let options = options.into_queue_options();
        let fixed = options.fixed();
        let options = check_queue(name).and_then(|()| options.for_new(name));
        let (options, checked) = split(options);
        let owned = name.to_owned();
        let operation = Operation::new(
            self,
            format!("create queue `{name}`"),
            move |store, connection| {
                Box::pin(async move {
                    let queues = [(owned.as_str(), options)];
                    let existing = store.create_queues(connection, &queues).await?;
                    if let Some(Some(existing)) = existing.first() {
                        warn_of_differences(&owned, existing, &fixed);
                    }
                    Ok(())
                })
            },
        );
        operation.unless_refused(checked)
    }

    /// Changes what is given of a queue. Existing jobs keep what they copied.
    ///
    /// # Errors
    /// As [`create_queue`](Self::create_queue); and for policy and partition, which never change, and for no option at all.
    /// [`NotFound`](ErrorKind::NotFound) if there is no such queue.
    pub fn update_queue(&self, name: &str, options: impl IntoQueueOptions) -> Operation<()> {
        let options =
            check_queue(name).and_then(|()| options.into_queue_options().for_standing(name));
        let (options, checked) = split(options);
        let owned = name.to_owned();
        let operation = Operation::new(
            self,
            format!("update queue `{name}`"),
            move |store, connection| {
                Box::pin(async move {
                    // The caller's transaction goes on if the dead letter queue does not exist.
                    let mut part = connection.begin().await?;
                    let is_known = store.change_queue(&mut part, &owned, &options).await?;
                    part.commit().await?;
                    match is_known {
                        true => Ok(()),
                        false => Err(OperationError::UnknownQueue(owned)),
                    }
                })
            },
        );
        operation.unless_refused(checked)
    }

    /// Removes a queue with its jobs, schedules and subscriptions; `false` if there is none. Within a transaction, nobody else
    /// deletes a queue until it ends, and from then on it waits for no lock longer than 30 seconds.
    ///
    /// # Errors
    /// [`Refused`](ErrorKind::Refused) if another queue, or a job of another, names it as its dead letter queue; or if it has a table
    /// of its own and other transactions use the job tables for several seconds.
    pub fn delete_queue(&self, name: &str) -> Operation<bool> {
        let owned = name.to_owned();
        let operation = Operation::in_steps(
            self,
            format!("delete queue `{name}`"),
            move |store, connection| {
                Box::pin(async move {
                    let mut pause = FIRST_PAUSE;
                    for _ in 0..TRIES {
                        match store.delete_queue(connection, &owned).await? {
                            Removal::Done => return Ok(true),
                            Removal::Missing => return Ok(false),
                            Removal::InUse(users) => return Err(in_use(&owned, &users)),
                            Removal::Busy => {}
                        }
                        sleep(jittered(pause)).await;
                        pause = (pause * 2).min(LONGEST_PAUSE);
                    }
                    let message = format!(
                        "cannot delete queue `{owned}`: other transactions use the job tables all the time; try again"
                    );
                    Err(OperationError::bad_input(ErrorKind::Refused, message))
                })
            },
        );
        operation.unless_refused(check_queue(name))
    }

    /// One queue with its options and counts.
    ///
    /// # Errors
    /// If the database does not answer.
    pub fn queue(&self, name: &str) -> Operation<Option<QueueDetails>> {
        let names = vec![name.to_owned()];
        let operation = Operation::new(
            self,
            format!("look at queue `{name}`"),
            move |store, connection| {
                Box::pin(async move {
                    let page = Page {
                        after: None,
                        at_most: 1,
                    };
                    let rows = store.list_queues(connection, Some(&names), &page).await?;
                    rows.first().map(|row| read("a queue", row)).transpose()
                })
            },
        );
        operation.unless_refused(check_queue(name))
    }

    /// Every queue with its options and counts, by name; the first 100,000 of them.
    ///
    /// # Errors
    /// If the database does not answer.
    pub fn queues(&self) -> Operation<Vec<QueueDetails>> {
        self.list_queues(ListQueues::new().limit(MOST_ROWS))
    }

    /// Some of the queues, by name.
    ///
    /// # Errors
    /// [`BadInput`](ErrorKind::BadInput) for a limit out of bounds.
    pub fn list_queues(&self, part: ListQueues) -> Operation<Vec<QueueDetails>> {
        let limit = part.limit.unwrap_or(ROWS);
        let names = part.names.iter().flatten().chain(&part.after);
        let checked = check_rows(limit).and_then(|()| {
            let mut names = names.map(String::as_str);
            names.try_for_each(check_queue)
        });
        let page = Page {
            after: part.after,
            at_most: limit.into(),
        };
        let operation = Operation::new(self, "list the queues", move |store, connection| {
            Box::pin(async move {
                let rows = store
                    .list_queues(connection, part.names.as_deref(), &page)
                    .await?;
                read_all("a queue", &rows)
            })
        });
        operation.unless_refused(checked)
    }

    /// The keys of a queue of the policy `key_strict_fifo` of which a failed job keeps the others back, at most 1,000; `after` is the
    /// last key of the page before. Retrying or deleting the failed job lets them go.
    ///
    /// # Errors
    /// [`NotFound`](ErrorKind::NotFound) if there is no such queue, [`Refused`](ErrorKind::Refused) if it has another policy.
    pub fn blocked_keys(&self, queue: &str, after: Option<&str>) -> Operation<Vec<String>> {
        let name = queue.to_owned();
        let page = Page {
            after: after.map(str::to_owned),
            at_most: ROWS.into(),
        };
        let operation = Operation::new(
            self,
            format!("find the blocked keys of queue `{queue}`"),
            move |store, connection| {
                Box::pin(async move {
                    let keys = store.find_blocked_keys(connection, &name, &page).await?;
                    if keys.is_empty() {
                        must_keep_order(store, connection, &name).await?;
                    }
                    Ok(keys)
                })
            },
        );
        operation.unless_refused(check_queue(queue))
    }
}

/// Says what an existing queue has otherwise than it was asked for, of that which never changes.
fn warn_of_differences(queue: &str, existing: &Map<String, Value>, asked: &Map<String, Value>) {
    for (option, asked) in asked {
        if let Some(existing) = existing.get(option).filter(|existing| *existing != asked) {
            tracing::warn!(
                queue, option, %existing, %asked,
                "the queue exists and is left as it is; this option never changes: to have the other value, delete the queue and its jobs \
                 with `delete_queue`, and create it again"
            );
        }
    }
}

/// Fails if a queue does not exist, or has another policy than `key_strict_fifo`.
async fn must_keep_order(
    store: &Store,
    connection: &mut PgConnection,
    queue: &str,
) -> Result<(), OperationError> {
    match store.find_policy(connection, queue).await? {
        None => Err(OperationError::UnknownQueue(queue.to_owned())),
        Some(policy) if policy == QueuePolicy::KeyStrictFifo.as_str() => Ok(()),
        Some(policy) => {
            let message = format!(
                "only a queue of the policy `key_strict_fifo` has blocked keys, and queue `{queue}` has the policy `{policy}`"
            );
            Err(OperationError::bad_input(ErrorKind::Refused, message))
        }
    }
}

fn in_use(name: &str, users: &[String]) -> OperationError {
    let message = format!(
        "cannot delete queue `{name}`: it is the dead letter queue of `{}` or of jobs there",
        users.join("`, `")
    );
    OperationError::bad_input(ErrorKind::Refused, message)
}
