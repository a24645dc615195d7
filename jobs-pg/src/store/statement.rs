//! The statements of the store: files under `sql/`, written once for this schema when the process starts.
//!
//! A file holds one statement under a head comment that says what it does, its parameters, its locks and its caller. It
//! is valid SQL as it lies there (against a schema in the search path); marks in comments say what depends on where it
//! runs:
//!
//! | in the file | becomes |
//! |---|---|
//! | `/* schema */job` | `"pgboss".job`: the mark stands directly before the name of a table, type or function |
//! | `/* schema */job_now()` | the clock of the schema; on schemas before 42, which have none, `now()` |
//! | `/* if job.heartbeat_on */ .. /* end */` | what is between, if the schema has that column; else nothing |
//! | `/* if queue.ready_count */ a /* else b */` | `a` if the schema has that column, else `b` |
//! | `/* own */job_crash` | `"pgboss_jobs".job_crash`: in our own schema beside that one |
//! | `/* old */job` | `"pgboss_v8".job`: in the schema that jobs are imported from |
//! | `/* if old job.startafter */` | as above, of that schema |
//!
//! What may stand after `if` are the members that [`Layout`] knows. Conditions do not nest. A parameter that stands in a
//! part alone is a gap where that part is dropped, which Postgres refuses: name it in `b`, or outside.
//!
//! What imports lies in `sql/import/` and is written for each import. All else is the same through the life of a process, so
//! sqlx prepares it once per connection. It is run so:
//!
//! ```ignore
//! sqlx::query_scalar(sql(&self.statements.count_jobs))
//!     .bind(queue)
//!     .fetch_one(&self.pool)
//!     .await
//! ```

use std::sync::Arc;

use sqlx::AssertSqlSafe;

use crate::schema::{Layout, OldSchema, Schema};

macro_rules! statements {
    ($(#[$doc:meta])* $set:ident in $folder:literal: $($name:ident),* $(,)?) => {
        $(#[$doc])*
        #[derive(Debug)]
        pub(crate) struct $set {
            $(pub(crate) $name: Arc<str>,)*
        }

        impl $set {
            fn write(render: impl Fn(&str) -> Arc<str>) -> Self {
                Self {
                    $($name: render(include_str!(concat!("../../", $folder, "/", stringify!($name), ".sql"))),)*
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

statements! {
    /// Every statement of the store, as it is sent; the name is that of the file.
    Statements in "sql":
    insert_jobs,
    find_standing_job,
    fetch_jobs,
    fetch_one_queue,
    complete_jobs,
    fail_jobs,
    release_jobs,
    cancel_attempts,
    refresh_jobs,
    find_job,
    find_end,
    find_jobs,
    find_rows,
    find_created,
    find_dependencies,
    find_dependents,
    update_jobs,
    complete_queued_jobs,
    cancel_jobs,
    resume_jobs,
    retry_jobs,
    delete_jobs,
    clear_jobs,
    empty_jobs,
    zero_counts,
    redrive_jobs,
    preview_redrive,
    link_jobs,
    find_submitted,
    clock_may_move,
    obey_test_clock,
    forget_later_passes,
    forget_later_watches,
    find_queues,
    find_unhandled,
    list_queues,
    find_blocked_keys,
    create_queue,
    change_queue,
    find_table,
    find_dead_letter_users,
    lock_jobs,
    delete_queue,
    delete_index_builds,
    advisory_lock,
    limit_waits,
    ring,
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
    claim_cron,
    find_schedules,
    relabel_schedule,
    file_occurrences,
    record_last_job,
    declare_schedules,
    find_undeclared_schedules,
    delete_undeclared_schedules,
    list_schedules,
    set_schedule,
    delete_schedule,
    subscribe,
    unsubscribe,
    find_subscribers,
}

statements! {
    /// Every statement that imports from an old schema.
    ImportStatements in "sql/import":
    find_writers,
    find_old_queues,
    find_import,
    import_jobs,
    import_schedules,
    import_subscriptions,
    count_left_behind,
    record_import,
}

statements! {
    /// Every statement on our own schema.
    OwnStatements in "sql/own":
    find_schema,
    find_version,
    record_crashes,
    find_crashes,
    prune_crashes,
}

impl OwnStatements {
    /// Writes the statements for our own schema beside this one.
    pub(crate) fn new(schema: &Schema, layout: &Layout) -> Self {
        Self::write(|file| render(&in_own_schema(file, schema), schema, layout))
    }
}

impl Statements {
    /// Writes the statements for one schema, as it was found.
    pub(crate) fn new(schema: &Schema, layout: &Layout) -> Self {
        Self::write(|file| render(file, schema, layout))
    }
}

impl ImportStatements {
    /// Writes the statements for one schema and the old one that its jobs come from.
    pub(crate) fn new(schema: &Schema, layout: &Layout, old: &OldSchema) -> Self {
        Self::write(|file| render_import(file, schema, layout, old))
    }
}

const SCHEMA: &str = "/* schema */";
const OWN: &str = "/* own */";
const OLD: &str = "/* old */";
const CLOCK: &str = "/* schema */job_now()";
const IF: &str = "/* if ";
const ELSE: &str = "/* else ";
const CLOSE: &str = " */";
const END: &str = "/* end */";

/// A statement in the form that sqlx takes: its text has nothing in it but our files and a checked schema name.
pub(crate) fn sql(statement: &Arc<str>) -> AssertSqlSafe<Arc<str>> {
    AssertSqlSafe(Arc::clone(statement))
}

/// Puts the schema where its marks are.
pub(super) fn in_schema(file: &str, schema: &Schema) -> String {
    file.replace(SCHEMA, &format!("{}.", schema.quoted()))
}

/// Puts the name of our own schema where its marks are.
pub(super) fn in_own_schema(file: &str, schema: &Schema) -> String {
    file.replace(OWN, &format!("{}.", schema.quoted_own()))
}

fn render(file: &str, schema: &Schema, layout: &Layout) -> Arc<str> {
    let mut text = resolve_conditions(file, |member| layout.has(member));
    if !layout.has("job_now()") {
        text = text.replace(CLOCK, "pg_catalog.now()");
    }
    in_schema(&text, schema).into()
}

fn render_import(file: &str, schema: &Schema, layout: &Layout, old: &OldSchema) -> Arc<str> {
    let text = resolve_conditions(file, |member| match member.strip_prefix("old ") {
        Some(member) => old.has(member),
        None => layout.has(member),
    });
    let text = text.replace(OLD, &format!("{}.", old.schema().quoted()));
    render(&text, schema, layout)
}

/// Keeps or drops each part under a condition.
fn resolve_conditions(file: &str, holds: impl Fn(&str) -> bool) -> String {
    let mut text = String::with_capacity(file.len());
    let mut rest = file;
    while let Some((before, from_condition)) = rest.split_once(IF) {
        text.push_str(before);
        let Some(part) = Part::read(from_condition) else {
            unreachable!("a condition in a statement of ours has no end: {from_condition}");
        };
        text.push_str(if holds(part.member) {
            part.kept
        } else {
            part.otherwise
        });
        rest = part.rest;
    }
    text.push_str(rest);
    text
}

/// What follows one `/* if `, taken apart.
struct Part<'a> {
    member: &'a str,
    kept: &'a str,
    otherwise: &'a str,
    rest: &'a str,
}

impl<'a> Part<'a> {
    fn read(text: &'a str) -> Option<Self> {
        let (member, body) = text.split_once(CLOSE)?;
        let end = body.find(END).unwrap_or(body.len());
        if let Some((kept, after)) = body.split_once(ELSE)
            && kept.len() < end
        {
            let close = end_of_comment(after)?;
            return Some(Self {
                member,
                kept,
                otherwise: &after[..close],
                rest: &after[close + CLOSE.len()..],
            });
        }
        let rest = body.get(end + END.len()..)?;
        Some(Self {
            member,
            kept: &body[..end],
            otherwise: "",
            rest,
        })
    }
}

/// Where the comment ends that `text` is the inside of. Comments nest in Postgres, so marks may stand in one.
fn end_of_comment(text: &str) -> Option<usize> {
    let mut depth = 0_usize;
    for (at, _) in text.match_indices(['*', ' ']) {
        if text[..at].ends_with('/') && text[at..].starts_with('*') {
            depth += 1;
        } else if text[at..].starts_with(CLOSE) {
            if depth == 0 {
                return Some(at);
            }
            depth -= 1;
        }
    }
    None
}

#[cfg(test)]
mod tests;
