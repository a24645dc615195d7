//! What a schema must have to be worked on: its version, and every column and function that a statement names.

use std::collections::BTreeSet;

use super::tables::Tables;
use super::{Schema, SchemaError};

/// The version that we install, and the oldest that is accepted.
pub(super) const VERSION: i32 = 46;

/// Every column that a statement names, by table. Tests keep the list complete.
const COLUMNS: [(&str, &str); 10] = [
    ("version", "version cron_on flow_on monitor_backoff_on"),
    (
        "queue",
        "name policy partition table_name notify dead_letter retry_limit retry_delay retry_backoff retry_delay_max \
         expire_seconds heartbeat_seconds retention_seconds deletion_seconds deferred_count blocked_count queued_count \
         ready_count active_count failed_count total_count warning_queued retained_count retained_on created_delta \
         completed_delta failed_delta delta_on delta_seconds wait_bins run_bins ready_oldest_seconds ready_history \
         singletons_active monitor_claim_on monitor_on maintain_on created_on updated_on",
    ),
    (
        "job",
        "id name priority data state policy dead_letter retry_limit retry_count retry_delay retry_backoff \
         retry_delay_max expire_seconds deletion_seconds singleton_key singleton_on group_id group_tier created_on \
         start_after started_on completed_on keep_until heartbeat_on heartbeat_seconds output blocked blocking \
         pending_dependencies source_name source_id source_created_on source_retry_count source_output source_root_id \
         trace_context upsert_by_key",
    ),
    (
        "job_dependency",
        "child_name child_id parent_name parent_id",
    ),
    (
        "schedule",
        "name key kind cron timezone data options created_on updated_on last_job_id",
    ),
    ("subscription", "event name created_on updated_on"),
    (
        "bam",
        "id name version status queue table_name command error created_on started_on completed_on",
    ),
    ("warning", "id type message data created_on"),
    (
        "queue_stats",
        "id name deferred_count queued_count ready_count active_count failed_count total_count created_delta \
         completed_delta failed_delta delta_seconds delta_on wait_bins run_bins ready_oldest_seconds captured_on",
    ),
    (
        "instance",
        "id name host pid version node_version application_name heartbeat_seconds supervise schedule migrate \
         persist_queue_stats persist_warnings pool_max pool_total pool_idle pool_waiting workers metrics config \
         crash_restarts crash_restarts_since started_on heartbeat_on stopped_on",
    ),
];

/// Every function that a statement calls.
const FUNCTIONS: &str = "create_queue() delete_queue() job_now()";

/// All that a schema must have: columns as `table.column`, functions as `name()`.
pub(crate) fn required() -> impl Iterator<Item = String> {
    let columns = COLUMNS
        .into_iter()
        .flat_map(|(table, columns)| words(columns).map(move |column| format!("{table}.{column}")));
    columns.chain(words(FUNCTIONS).map(str::to_owned))
}

/// Refuses a schema of an older version, and one that lacks what statements name. A newer version is accepted.
pub(super) fn check(
    schema: &Schema,
    version: i32,
    members: &BTreeSet<String>,
) -> Result<(), SchemaError> {
    if version < VERSION {
        let tables = Tables::of(members);
        return Err(SchemaError::TooOld {
            schema: schema.to_string(),
            version,
            tables: tables.words(),
            next_step: next_step(schema, tables),
        });
    }
    let missing: Vec<_> = required()
        .filter(|member| !members.contains(member))
        .collect();
    if missing.is_empty() {
        Ok(())
    } else {
        Err(SchemaError::Incomplete {
            schema: schema.to_string(),
            version,
            missing: missing.join(", "),
        })
    }
}

/// What to do about a schema of an older version.
fn next_step(schema: &Schema, tables: Tables) -> String {
    match tables {
        Tables::Current => format!(
            "stop the programs that use it and run `npx pg-boss@12.38 migrate --schema '{}'`, with the database's URL in \
             PGBOSS_DATABASE_URL",
            schema.spelled()
        ),
        Tables::Old(_) => {
            "no release of pg-boss migrates it: choose another schema and import the jobs into it \
                           (`Boss::import_from`)"
                .into()
        }
        Tables::Unknown => {
            "it is not a schema of a published pg-boss: choose another schema".into()
        }
    }
}

pub(super) fn words(list: &'static str) -> impl Iterator<Item = &'static str> {
    list.split_ascii_whitespace()
}

#[cfg(test)]
mod tests;
