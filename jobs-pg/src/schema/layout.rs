//! What was found in a schema: its version, and which of the columns that came with later versions it has.

use std::collections::BTreeSet;

use super::{Schema, SchemaError};

/// The version that we install, and the newest that we know.
pub(super) const NEWEST: i32 = 46;
/// The oldest version whose tables are those of 46 without some columns.
const OLDEST: i32 = 26;

/// What every schema of the family has, as `table.column`; of tables that never changed, the key stands for all.
const ALWAYS: &str = "\
    version.version version.cron_on \
    queue.name queue.policy queue.partition queue.table_name queue.dead_letter queue.retry_limit queue.retry_delay \
    queue.retry_backoff queue.retry_delay_max queue.expire_seconds queue.retention_seconds queue.deletion_seconds \
    queue.deferred_count queue.queued_count queue.active_count queue.total_count queue.warning_queued \
    queue.singletons_active queue.monitor_on queue.maintain_on queue.created_on queue.updated_on \
    job.id job.name job.priority job.data job.state job.policy job.dead_letter job.retry_limit job.retry_count \
    job.retry_delay job.retry_backoff job.retry_delay_max job.expire_seconds job.deletion_seconds job.singleton_key \
    job.singleton_on job.created_on job.start_after job.started_on job.completed_on job.keep_until job.output \
    job_common.id schedule.name schedule.key schedule.cron schedule.timezone schedule.data schedule.options \
    schedule.created_on schedule.updated_on subscription.event subscription.name create_queue() delete_queue()";

/// What versions 27 to 46 brought, of all that we use, in the groups in which it came. A statement may use one of these
/// only under a condition (see [`crate::store::statement`]).
const LATER: [&str; 23] = [
    "job.group_id job.group_tier",
    "job.heartbeat_on job.heartbeat_seconds queue.heartbeat_seconds",
    "job.blocked job.blocking job.pending_dependencies job_dependency.child_id version.flow_on",
    "job.source_name job.source_id job.source_created_on job.source_retry_count",
    "job.source_output",
    "job.source_root_id",
    "job.trace_context",
    "job.upsert_by_key",
    "job_now()",
    "queue.notify",
    "queue.ready_count",
    "queue.ready_history",
    "queue.failed_count",
    "queue.blocked_count",
    "queue.retained_count queue.retained_on",
    "queue.monitor_claim_on",
    "version.monitor_backoff_on",
    "queue.created_delta queue.completed_delta queue.failed_delta queue.delta_on queue.delta_seconds queue.wait_bins \
     queue.run_bins queue.ready_oldest_seconds queue_stats.created_delta queue_stats.delta_on queue_stats.wait_bins",
    "warning.id",
    "instance.id",
    "bam.id",
    "schedule.kind",
    "schedule.last_job_id",
];

/// The families of tables that a version number may stand for.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Shape {
    Folded,
    Archived,
    Common,
    Unknown,
}

/// What a schema of the supported family has.
#[derive(Debug, Clone)]
pub(crate) struct Layout {
    database: String,
    version: i32,
    members: BTreeSet<String>,
}

impl Layout {
    /// Recognises what `members` (`table.column`, `function()`) and the version number say.
    pub(super) fn recognise(
        schema: &Schema,
        database: String,
        version: i32,
        members: BTreeSet<String>,
    ) -> Result<Self, SchemaError> {
        let shape = Shape::of(&members);
        if shape != Shape::of_version(version) {
            return Err(SchemaError::Mismatch {
                schema: schema.to_string(),
                version,
                layout: shape.words(),
            });
        }
        if version < OLDEST {
            return Err(SchemaError::TooOld {
                schema: schema.to_string(),
                version,
                layout: shape.words(),
                next_step: shape.next_step(),
            });
        }
        let later: &[&str] = if version < NEWEST { &[] } else { &LATER };
        let missing: Vec<_> = words(ALWAYS)
            .chain(later.iter().copied().flat_map(words))
            .filter(|member| !members.contains(*member))
            .collect();
        if !missing.is_empty() {
            return Err(SchemaError::Incomplete {
                schema: schema.to_string(),
                version,
                missing: missing.join(", "),
            });
        }
        Ok(Self {
            database,
            version,
            members,
        })
    }

    /// The database that the schema is in, as advisory locks name it.
    pub(crate) fn database(&self) -> &str {
        &self.database
    }

    /// The number in the version table.
    pub(crate) fn version(&self) -> i32 {
        self.version
    }

    /// Whether the schema is newer than what we know.
    pub(super) fn is_newer(&self) -> bool {
        self.version > NEWEST
    }

    /// Whether the schema has this column (`table.column`) or function (`name()`).
    pub(crate) fn has(&self, member: &str) -> bool {
        debug_assert!(
            words(ALWAYS)
                .chain(LATER.into_iter().flat_map(words))
                .any(|known| known == member),
            "`{member}` is not in the list of what a layout knows"
        );
        self.members.contains(member)
    }
}

impl Shape {
    pub(super) fn of(members: &BTreeSet<String>) -> Self {
        if members.contains("job.startafter") {
            Self::Folded
        } else if members.contains("job.expire_in") {
            Self::Archived
        } else if members.contains("job.expire_seconds")
            && members.contains("queue.table_name")
            && members.contains("job_common.id")
        {
            Self::Common
        } else {
            Self::Unknown
        }
    }

    fn of_version(version: i32) -> Self {
        match version {
            ..=20 => Self::Folded,
            21..=24 => Self::Archived,
            25.. => Self::Common,
        }
    }

    pub(super) fn words(self) -> &'static str {
        match self {
            Self::Folded => "the tables of pg-boss 9 and before",
            Self::Archived => "the tables of pg-boss 10",
            Self::Common => "the tables of pg-boss 11 and later",
            Self::Unknown => "tables of no known version",
        }
    }

    fn next_step(self) -> &'static str {
        match self {
            Self::Common => "start pg-boss 12 once on it, which migrates it",
            _ => {
                "pg-boss cannot migrate it either: choose another schema and import the jobs into it (`PgBoss::import_from`)"
            }
        }
    }
}

pub(super) fn words(list: &'static str) -> impl Iterator<Item = &'static str> {
    list.split_ascii_whitespace()
}

#[cfg(test)]
pub(crate) mod tests;
