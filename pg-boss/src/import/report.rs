//! What an import found and did.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::import::statements::QueueMove;

/// What an import found and did. Display is a summary for people.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct ImportReport {
    /// The old schema.
    pub schema: String,
    /// The number in its version table: 20 for pg-boss 8 and 9, 24 for pg-boss 10.
    pub version: i32,
    /// Whether all of it was taken back.
    pub dry_run: bool,
    /// The queues that were made, by their new names.
    pub queues_created: Vec<String>,
    /// By queue and kind.
    pub counts: Vec<ImportCount>,
    /// What has no place in the new schema.
    pub left_behind: Vec<Skipped>,
}

/// How many rows of one kind there are for a queue, and what was done with them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ImportCount {
    /// The queue's new name.
    pub queue: String,
    /// What they are in the old schema.
    pub kind: ImportKind,
    /// How many the old schema has.
    pub found: u64,
    /// How many were added to the new one.
    pub added: u64,
    /// How many were here before, or had been imported before.
    pub present: u64,
}

impl ImportCount {
    /// How many found no place: another job has their throttle slot, or has their unique key.
    pub fn kept_out(&self) -> u64 {
        self.found - self.added - self.present
    }
}

/// What is imported, as the old schema has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ImportKind {
    /// Jobs that wait for their first attempt, now or at a later time.
    Waiting,
    /// Jobs that wait for another attempt.
    Retry,
    /// Jobs that were active; they wait for another attempt.
    Active,
    /// Completed jobs.
    Completed,
    /// Cancelled jobs.
    Cancelled,
    /// Failed jobs.
    Failed,
    /// Jobs that ran out of time; they have failed, and their output says so.
    Expired,
    /// Jobs of the archive, whatever their end.
    Archived,
    /// Schedules.
    Schedule,
    /// Subscriptions to events.
    Subscription,
    /// Links of a new queue to its dead letter queue.
    DeadLetter,
}

/// Rows that were not imported.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Skipped {
    /// Why not.
    pub reason: SkippedReason,
    /// How many.
    pub count: u64,
}

/// Why rows are not imported.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum SkippedReason {
    /// Jobs of queues that begin with `__pgboss__`: pg-boss's own maintenance.
    Internal,
    /// Jobs of queues that begin with `__state__completed__`, which pg-boss 8 made of ended jobs.
    CompletionJob,
    /// The wish of jobs that have not ended for such a job at their end (`onComplete`). The jobs themselves came over.
    WishForCompletionJob,
}

impl ImportReport {
    /// How many rows were added; in a dry run, how many would be.
    pub fn added(&self) -> u64 {
        self.sum(|count| count.added)
    }

    /// How many rows of a kind were added to all queues.
    pub fn added_of(&self, kind: ImportKind) -> u64 {
        self.sum(|count| if count.kind == kind { count.added } else { 0 })
    }

    /// How many rows were here before.
    pub fn present(&self) -> u64 {
        self.sum(|count| count.present)
    }

    /// How many jobs found no place ([`ImportCount::kept_out`]).
    pub fn kept_out(&self) -> u64 {
        self.sum(ImportCount::kept_out)
    }

    fn sum(&self, of: impl Fn(&ImportCount) -> u64) -> u64 {
        self.counts.iter().map(of).sum()
    }
}

/// The links that were made with the queues.
pub(super) fn dead_letters(
    queues: &[QueueMove],
    created: &[String],
) -> impl Iterator<Item = ImportCount> {
    queues
        .iter()
        .filter(|queue| queue.options.contains_key("deadLetter"))
        .map(|queue| {
            let added = u64::from(created.contains(&queue.new));
            ImportCount {
                queue: queue.new.clone(),
                kind: ImportKind::DeadLetter,
                found: 1,
                added,
                present: 1 - added,
            }
        })
}

impl fmt::Display for ImportReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let tried = if self.dry_run { " would be" } else { "" };
        write!(
            f,
            "from the schema `{}` (version {}): {}{tried} added, {} here before, {} kept out",
            self.schema,
            self.version,
            self.added(),
            self.present(),
            self.kept_out()
        )?;
        for queue in self.counts.chunk_by(|a, b| a.queue == b.queue) {
            let counts: Vec<String> = queue.iter().map(ToString::to_string).collect();
            write!(f, "\n  {}: {}", queue[0].queue, counts.join(", "))?;
        }
        for left in &self.left_behind {
            write!(f, "\n  left behind: {}: {}", left.reason, left.count)?;
        }
        Ok(())
    }
}

impl fmt::Display for ImportCount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.added == self.found {
            true => write!(f, "{} {}", self.kind, self.found),
            false => write!(f, "{} {} of {}", self.kind, self.added, self.found),
        }
    }
}

impl fmt::Display for ImportKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Waiting => "waiting",
            Self::Retry => "to be retried",
            Self::Active => "active (to be retried)",
            Self::Completed => "completed",
            Self::Cancelled => "cancelled",
            Self::Failed => "failed",
            Self::Expired => "expired (failed)",
            Self::Archived => "archived",
            Self::Schedule => "schedules",
            Self::Subscription => "subscriptions",
            Self::DeadLetter => "dead letter queues",
        })
    }
}

impl fmt::Display for SkippedReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Internal => "jobs of pg-boss's own (`__pgboss__...`)",
            Self::CompletionJob => {
                "jobs that report the end of other jobs (`__state__completed__...`)"
            }
            Self::WishForCompletionJob => "requests of waiting jobs for such a job (`onComplete`)",
        })
    }
}
