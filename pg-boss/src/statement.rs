//! The statements: files beside the functions that run them, written once for this schema when the process starts.
//!
//! A file holds one statement under a head comment that says what it does, its parameters, its locks and its caller. It
//! is valid SQL as it lies there (against a schema in the search path); a mark in a comment stands directly before the name
//! of a table, type or function, and says where it is:
//!
//! | in the file | becomes |
//! |---|---|
//! | `/* schema */job` | `"pgboss".job`: in the schema of the jobs |
//! | `/* old */job` | `"pgboss_v8".job`: in the schema that jobs are imported from |
//! | `/* old jobs */old` | the query `old_jobs` of the old schema's version |
//!
//! A statement names each column that it reads or writes, so a migration that adds columns under a running process does it no
//! harm. All columns are checked at the start: see `schema/requirements.rs`.
//!
//! What imports is in `import/` and is written for each import; what differs with the version of the old schema is in
//! `import/20/` and `import/24/`. All else is the same through the life of a process, so sqlx prepares it once per
//! connection. It is run so:
//!
//! ```ignore
//! sqlx::query_scalar(sql(&self.statements.count_jobs))
//!     .bind(queue)
//!     .fetch_one(&mut *self.connection().await?)
//!     .await
//! ```

use std::sync::Arc;

use sqlx::AssertSqlSafe;

use crate::schema::{OldSchema, OldTables, Schema};

macro_rules! statements {
    ($(#[$doc:meta])* $set:ident: $($folder:literal: [$($(#[$when:meta])* $name:ident),* $(,)?],)*) => {
        $(#[$doc])*
        #[derive(Debug)]
        pub(crate) struct $set {
            $($($(#[$when])* pub(crate) $name: Arc<str>,)*)*
        }

        impl $set {
            fn write(render: impl Fn(&str) -> Arc<str>) -> Self {
                Self {
                    $($($(#[$when])* $name: render(include_str!(concat!($folder, "/", stringify!($name), ".sql"))),)*)*
                }
            }

            /// Every statement with its folder and its name.
            #[cfg(test)]
            pub(crate) fn all(&self) -> Vec<(&'static str, &'static str, &Arc<str>)> {
                vec![$($(($folder, stringify!($name), &self.$name)),*),*]
            }
        }
    };
}

statements! {
    /// Every statement of the store, as it is sent. Each is a file beside the function that runs it.
    Statements:
    "submit": [
        insert_jobs,
        link_jobs,
        update_jobs,
        subscribe,
        unsubscribe,
        find_subscribers,
    ],
    "fetch": [
        fetch_jobs,
        fetch_one_queue,
        take_back_jobs,
    ],
    "settle": [
        complete_jobs,
        fail_jobs,
        release_jobs,
        cancel_attempts,
        touch_jobs,
        hold_jobs,
        renew_leases,
        find_settled,
        complete_queued_jobs,
        cancel_jobs,
        resume_jobs,
        retry_jobs,
        delete_jobs,
        clear_jobs,
        empty_jobs,
        zero_counts,
        reduce_counts,
        redrive_jobs,
        preview_redrive,
    ],
    "find": [
        find_job,
        find_end,
        find_jobs,
        find_rows,
        has_job,
        find_dependencies,
        find_dependents,
        explain_job,
        #[cfg(feature = "testing")]
        find_submitted,
    ],
    "queue": [
        find_policy,
        find_queue_names,
        find_queues,
        find_unhandled,
        list_queues,
        find_blocked_keys,
        create_queues,
        change_queue,
        find_table,
        find_dead_letter_users,
        wait_briefly,
        lock_jobs,
        delete_queue,
        delete_index_builds,
    ],
    "schedule": [
        claim_cron,
        find_schedules,
        relabel_schedule,
        enqueue_ticks,
        record_last_job,
        declare_schedules,
        find_undeclared_schedules,
        delete_undeclared_schedules,
        list_schedules,
        set_schedule,
        delete_schedule,
    ],
    "maintain": [
        find_overdue,
        take_expired,
        take_silent,
        claim_monitoring,
        counting_allowed,
        lock_queues,
        count_queues,
        count_throughput,
        raise_statistics,
        rest_from_counting,
        find_counts,
        create_statistics_days,
        keep_statistics,
        drop_old_statistics,
        insert_statistics,
        find_statistics,
        fold_statistics,
        insert_warning,
        find_warnings,
        delete_old_warnings,
        enter_instance,
        end_instance,
        find_instances,
        prune_instances,
        find_bam,
        count_bam,
        claim_maintenance,
        delete_outlived,
        recount_queue,
        delete_loose_dependencies,
        claim_flows,
        release_children,
    ],
    "clock": [
        #[cfg(feature = "testing")]
        clock_may_move,
        #[cfg(feature = "testing")]
        obey_test_clock,
        #[cfg(feature = "testing")]
        forget_later_passes,
        #[cfg(feature = "testing")]
        forget_later_watches,
    ],
    "store": [
        advisory_lock,
        limit_waits,
        notify,
    ],
}

statements! {
    /// The statements of an import that are the same for every version of the old schema.
    ImportStatements:
    "import": [
        find_writers,
        find_import,
        import_jobs,
        import_schedules,
        import_subscriptions,
        record_import,
    ],
}

macro_rules! old_statements {
    ($(#[$doc:meta])* $set:ident: $($name:ident),* $(,)?) => {
        $(#[$doc])*
        #[derive(Debug)]
        pub(crate) struct $set {
            $(pub(crate) $name: Arc<str>,)*
        }

        impl $set {
            /// Writes the statements for one old schema.
            pub(crate) fn new(old: &OldSchema) -> Self {
                match old.tables() {
                    OldTables::V20 => Self {
                        $($name: in_old(include_str!(concat!("import/20/", stringify!($name), ".sql")), old).into(),)*
                    },
                    OldTables::V24 => Self {
                        $($name: in_old(include_str!(concat!("import/24/", stringify!($name), ".sql")), old).into(),)*
                    },
                }
            }

            /// Every statement with its name.
            #[cfg(test)]
            pub(crate) fn all(&self) -> Vec<(&'static str, &Arc<str>)> {
                vec![$((stringify!($name), &self.$name)),*]
            }
        }
    };
}

old_statements! {
    /// The statements of an import that differ with the version of the old schema.
    OldStatements:
    old_jobs,
    find_old_queues,
    count_left_behind,
}

impl Statements {
    /// Writes the statements for one schema.
    pub(crate) fn new(schema: &Schema) -> Self {
        Self::write(|file| schema.qualify(file).into())
    }
}

impl ImportStatements {
    /// Writes the statements for one schema and the old one that its jobs come from.
    pub(crate) fn new(schema: &Schema, old: &OldSchema) -> Self {
        let old_jobs = format!("(\n{}) ", OldStatements::new(old).old_jobs);
        Self::write(|file| {
            let text = file.replace(OLD_JOBS, &old_jobs);
            schema.qualify(&in_old(&text, old)).into()
        })
    }
}

const OLD: &str = "/* old */";
const OLD_JOBS: &str = "/* old jobs */";

/// A statement in the form that sqlx takes: its text has nothing in it but our files and a checked schema name.
pub fn sql(statement: &Arc<str>) -> AssertSqlSafe<Arc<str>> {
    AssertSqlSafe(Arc::clone(statement))
}

/// Puts the old schema where its marks are.
fn in_old(file: &str, old: &OldSchema) -> String {
    file.replace(OLD, &format!("{}.", old.schema().quoted()))
}

#[cfg(test)]
mod tests;
