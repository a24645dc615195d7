//! A schema of pg-boss 8 to 10, which no later pg-boss can migrate: what jobs are imported from.

use std::collections::BTreeSet;

use sqlx::PgConnection;

use super::check::{VERSION_COLUMN, failed, version};
use super::requirements::words;
use super::tables::{OldTables, Tables};
use super::{Schema, SchemaError};
use crate::schema::catalog;

/// What is read of a schema of pg-boss 8 and 9 (version 20).
const FOLDED: &str = "\
    job.id job.name job.priority job.data job.state job.retrylimit job.retrycount job.retrydelay job.retrybackoff \
    job.startafter job.startedon job.singletonkey job.singletonon job.expirein job.createdon job.completedon \
    job.keepuntil job.on_complete job.output archive.id archive.archivedon archive.output schedule.name schedule.cron \
    schedule.timezone schedule.data schedule.options schedule.created_on subscription.event subscription.created_on";

/// What is read of a schema of pg-boss 10 (version 24).
const ARCHIVED: &str = "\
    job.id job.name job.priority job.data job.state job.retry_limit job.retry_count job.retry_delay job.retry_backoff \
    job.start_after job.started_on job.singleton_key job.singleton_on job.expire_in job.created_on job.completed_on \
    job.keep_until job.output job.dead_letter job.policy archive.id archive.archived_on archive.policy queue.name \
    queue.policy queue.retry_limit queue.retry_delay queue.retry_backoff queue.expire_seconds queue.retention_minutes \
    queue.dead_letter schedule.name schedule.cron schedule.timezone schedule.data schedule.options schedule.created_on \
    subscription.event subscription.created_on";

/// An old schema that has all that an import reads. It is never changed.
#[derive(Debug, Clone)]
pub(crate) struct OldSchema {
    schema: Schema,
    version: i32,
    tables: OldTables,
}

impl OldSchema {
    /// Looks at the schema of this name. The columns decide, as forks of pg-boss count versions of their own.
    pub(crate) async fn find(conn: &mut PgConnection, schema: Schema) -> Result<Self, SchemaError> {
        let members = catalog::members(conn, &schema)
            .await
            .map_err(failed("look at", &schema))?;
        if !members.contains(VERSION_COLUMN) {
            return Err(SchemaError::NotImportable {
                schema: schema.to_string(),
                problem: "holds no job tables".into(),
                next_step: "name the schema that the old pg-boss uses: its option `schema`, by default `pgboss`",
            });
        }
        let version = version(conn, &schema).await?;
        Self::recognise(schema, version, &members)
    }

    /// Recognises what `members` (`table.column`) say.
    pub(super) fn recognise(
        schema: Schema,
        version: i32,
        members: &BTreeSet<String>,
    ) -> Result<Self, SchemaError> {
        let found = Tables::of(members);
        let (tables, needed, next_step) = match found {
            Tables::Old(tables @ OldTables::V20) => (
                tables,
                FOLDED,
                "start pg-boss 9 once on it, which migrates it to 20",
            ),
            Tables::Old(tables @ OldTables::V24) => (
                tables,
                ARCHIVED,
                "start pg-boss 10.4 once on it, which migrates it to 24",
            ),
            Tables::Current => {
                return Err(SchemaError::NotImportable {
                    schema: schema.to_string(),
                    problem: format!("has version {version} ({})", found.words()),
                    next_step: "nothing has to be imported: set it as the schema of this executor, after pg-boss's own `migrate` \
                                if it is older than version 46",
                });
            }
            Tables::Unknown => {
                return Err(SchemaError::NotImportable {
                    schema: schema.to_string(),
                    problem: format!("says version {version}, but has {}", found.words()),
                    next_step: "jobs come from schemas of pg-boss 8, 9 and 10",
                });
            }
        };
        let missing: Vec<_> = words(needed)
            .filter(|member| !members.contains(*member))
            .collect();
        if !missing.is_empty() {
            return Err(SchemaError::NotImportable {
                schema: schema.to_string(),
                problem: format!("has version {version}, which lacks {}", missing.join(", ")),
                next_step,
            });
        }
        Ok(Self {
            schema,
            version,
            tables,
        })
    }

    /// Where it is.
    pub(crate) fn schema(&self) -> &Schema {
        &self.schema
    }

    /// The number in its version table.
    pub(crate) fn version(&self) -> i32 {
        self.version
    }

    /// Which of the old tables it has.
    pub(crate) fn tables(&self) -> OldTables {
        self.tables
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// An old schema of version 20 or 24 under this name.
    pub(crate) fn old_schema(name: &str, version: i32) -> OldSchema {
        let members = words(if version < 21 { FOLDED } else { ARCHIVED });
        let schema = Schema::new(name).expect("a good name");
        OldSchema::recognise(schema, version, &members.map(str::to_owned).collect())
            .expect("importable")
    }

    fn refusal(version: i32, members: &'static str) -> String {
        let schema = Schema::new("old").expect("a good name");
        let members = words(members).map(str::to_owned).collect();
        OldSchema::recognise(schema, version, &members)
            .expect_err("a refusal")
            .to_string()
    }

    #[test]
    fn the_columns_decide_and_not_the_number() {
        assert_eq!(old_schema("old", 20).tables(), OldTables::V20);
        assert_eq!(old_schema("old", 25).tables(), OldTables::V24);
    }

    #[test]
    fn what_cannot_be_imported_is_refused_with_the_next_step() {
        let early = refusal(15, "job.startafter");
        assert!(
            early.contains("version 15")
                && early.contains("job.on_complete")
                && early.contains("pg-boss 9"),
            "{early}"
        );
        let early = refusal(21, "job.expire_in");
        assert!(early.contains("pg-boss 10.4"), "{early}");
        let late = refusal(46, "job.expire_seconds queue.table_name job_common.id");
        assert!(late.contains("nothing has to be imported"), "{late}");
        let strange = refusal(7, "job.id");
        assert!(
            strange.contains("no known version") && strange.contains("8, 9 and 10"),
            "{strange}"
        );
    }
}
