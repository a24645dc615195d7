//! Our own schema beside pg-boss's, for what pg-boss's tables have no columns for. It is made when it is first needed.

#![expect(clippy::disallowed_methods, reason = "this is the place for them")]

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use sqlx::postgres::PgConnection;
use sqlx::{AssertSqlSafe, Connection};
use tokio::sync::OnceCell;
use uuid::Uuid;

use pg_boss::Schema;
use pg_boss::error::sqlstate;
use pg_boss::protocol::sql;

use super::{Attempt, Store};

/// The newest major version that this program can use. A migration that older programs cannot live with raises it.
const MAJOR: i32 = 1;

/// The migrations in their order. One that was released is never changed.
const MIGRATIONS: [&str; 2] = [
    include_str!("../../sql/own/0001_crashes.sql"),
    include_str!("../../sql/own/0002_paused_queues.sql"),
];
/// The migrations that bring what a feature needs.
const CRASHES: usize = 1;
pub(super) const PAUSED_QUEUES: usize = 2;

const NO_PERMISSION: &str = "42501";
const NOT_ALLOWED: &str = "the role may not create it, or not use it";

/// The statements on our own schema. Each is a file of `sql/own/`.
#[derive(Debug)]
pub(super) struct Statements {
    find_schema: Arc<str>,
    find_version: Arc<str>,
    record_crashes: Arc<str>,
    find_crashes: Arc<str>,
    prune_crashes: Arc<str>,
    pub(super) pause_queue: Arc<str>,
    pub(super) resume_queue: Arc<str>,
    pub(super) find_paused_queues: Arc<str>,
    prune_paused_queues: Arc<str>,
}

impl Statements {
    fn new(schema: &Schema) -> Self {
        let render = |file: &str| in_own_schema(file, schema).into();
        Self {
            find_schema: render(include_str!("../../sql/own/find_schema.sql")),
            find_version: render(include_str!("../../sql/own/find_version.sql")),
            record_crashes: render(include_str!("../../sql/own/record_crashes.sql")),
            find_crashes: render(include_str!("../../sql/own/find_crashes.sql")),
            prune_crashes: render(include_str!("../../sql/own/prune_crashes.sql")),
            pause_queue: render(include_str!("../../sql/own/pause_queue.sql")),
            resume_queue: render(include_str!("../../sql/own/resume_queue.sql")),
            find_paused_queues: render(include_str!("../../sql/own/find_paused_queues.sql")),
            prune_paused_queues: render(include_str!("../../sql/own/prune_paused_queues.sql")),
        }
    }
}

/// What this process knows of our own schema.
#[derive(Debug)]
pub(super) struct Own {
    pub(super) statements: Statements,
    /// Whether it is as new as this program, or cannot be used, once that is known for the life of this process.
    usable: OnceCell<bool>,
    /// How many of the migrations are known to have run.
    migrated: AtomicUsize,
}

/// What was found where our own schema should be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Found {
    /// There is nothing, or a schema with nothing in it.
    Nothing { exists: bool },
    /// The migrations up to this one have run.
    Migrated(usize),
    /// It cannot be used.
    Unusable(&'static str),
}

#[derive(sqlx::FromRow)]
struct SchemaRow {
    exists: bool,
    is_ours: bool,
    is_used: bool,
}

impl Own {
    pub(super) fn new(schema: &Schema) -> Self {
        Self {
            statements: Statements::new(schema),
            usable: OnceCell::new(),
            migrated: AtomicUsize::new(0),
        }
    }
}

impl Store {
    /// Makes or migrates our own schema where that is needed. Returns whether it can be used; if not, the log says why, once.
    pub(crate) async fn make_own(&self) -> sqlx::Result<bool> {
        let usable = self.own.usable.get_or_try_init(|| async {
            let why = match self.try_to_make_own().await {
                Ok(Found::Unusable(why)) => why,
                Ok(_) => {
                    self.own.migrated.store(MIGRATIONS.len(), Ordering::Relaxed);
                    return Ok(true);
                }
                Err(error) if sqlstate(&error).as_deref() == Some(NO_PERMISSION) => NOT_ALLOWED,
                Err(error) => return Err(error),
            };
            self.report_unusable(why);
            Ok(false)
        });
        usable.await.copied()
    }

    /// Records that these attempts were lost with their process. Returns how many processes have died so far while they ran each
    /// of the jobs. Our own schema must be usable.
    pub(crate) async fn record_crashes(
        &self,
        connection: &mut PgConnection,
        lost: &[Attempt],
    ) -> sqlx::Result<HashMap<(String, Uuid), i32>> {
        let (names, ids, retry_counts) = columns(lost.iter());
        let rows: Vec<(String, Uuid, i32)> =
            sqlx::query_as(sql(&self.own.statements.record_crashes))
                .bind(names)
                .bind(ids)
                .bind(retry_counts)
                .fetch_all(connection)
                .await?;
        Ok(by_job(rows))
    }

    /// How many processes died while they ran earlier attempts of these jobs; jobs without a crash are left out.
    ///
    /// It costs nothing for first attempts, and one statement for all others together.
    pub(crate) async fn crashes(
        &self,
        attempts: &[Attempt],
    ) -> sqlx::Result<HashMap<(String, Uuid), i32>> {
        let again = attempts.iter().filter(|attempt| attempt.retry_count > 0);
        if again.clone().next().is_none() || !self.own_has(CRASHES).await? {
            return Ok(HashMap::new());
        }
        let (names, ids, retry_counts) = columns(again);
        let rows: Vec<(String, Uuid, i32)> = sqlx::query_as(sql(&self.own.statements.find_crashes))
            .bind(names)
            .bind(ids)
            .bind(retry_counts)
            .fetch_all(&mut *self.connection().await?)
            .await?;
        Ok(by_job(rows))
    }

    /// Removes what is recorded of deleted jobs of a queue, and of deleted queues.
    pub(crate) async fn prune_own(&self, queue: &str) -> sqlx::Result<()> {
        if self.own_has(CRASHES).await? {
            sqlx::query(sql(&self.own.statements.prune_crashes))
                .bind(queue)
                .execute(&mut *self.connection().await?)
                .await?;
        }
        if self.own_has(PAUSED_QUEUES).await? {
            sqlx::query(sql(&self.own.statements.prune_paused_queues))
                .execute(&mut *self.connection().await?)
                .await?;
        }
        Ok(())
    }

    /// Whether our own schema is there with this migration, without making it. While it is not, each call looks again: another
    /// process may have made it.
    pub(super) async fn own_has(&self, migration: usize) -> sqlx::Result<bool> {
        if self.own.migrated.load(Ordering::Relaxed) >= migration {
            return Ok(true);
        }
        if self.own.usable.get() == Some(&false) {
            return Ok(false);
        }
        let mut connection = self.connection().await?;
        let migrated = match self.find_own(&mut connection).await {
            Ok(Found::Migrated(migrated)) => migrated,
            Ok(_) => return Ok(false),
            Err(error) if self.is_not_allowed(&error) => return Ok(false),
            Err(error) => return Err(error),
        };
        self.own.migrated.fetch_max(migrated, Ordering::Relaxed);
        Ok(migrated >= migration)
    }

    /// Whether the role may not do this in our own schema. If so, the log says it, once.
    pub(super) fn is_not_allowed(&self, error: &sqlx::Error) -> bool {
        let is_not_allowed = sqlstate(error).as_deref() == Some(NO_PERMISSION);
        if is_not_allowed && self.own.usable.set(false).is_ok() {
            self.report_unusable(NOT_ALLOWED);
        }
        is_not_allowed
    }

    fn report_unusable(&self, why: &str) {
        tracing::warn!(
            schema = self.schema().own_name(),
            why,
            "cannot use the schema beside the job tables; crashes of processes are not counted apart from failures, and pauses of \
             queues are not obeyed"
        );
    }

    async fn try_to_make_own(&self) -> sqlx::Result<Found> {
        let mut connection = self.connection().await?;
        let found = self.find_own(&mut connection).await?;
        if is_done(found) {
            return Ok(found);
        }
        let mut transaction = connection.begin().await?;
        self.limit_waits(&mut transaction).await?;
        self.lock(&mut transaction, "jobs-own-schema").await?;
        let found = self.find_own(&mut transaction).await?;
        if is_done(found) {
            return Ok(found);
        }
        self.migrate_own(&mut transaction, found).await?;
        transaction.commit().await?;
        tracing::info!(
            schema = self.schema().own_name(),
            "installed the schema beside the job tables"
        );
        Ok(Found::Migrated(MIGRATIONS.len()))
    }

    async fn migrate_own(&self, connection: &mut PgConnection, found: Found) -> sqlx::Result<()> {
        let run = async |connection: &mut PgConnection, text: String| {
            sqlx::raw_sql(AssertSqlSafe(text)).execute(connection).await
        };
        if found == (Found::Nothing { exists: false }) {
            let create = format!("CREATE SCHEMA {}", self.schema().quoted_own());
            run(connection, create).await?;
        }
        let before = match found {
            Found::Migrated(before) => before,
            _ => 0,
        };
        for migration in MIGRATIONS.iter().skip(before) {
            run(connection, in_own_schema(migration, self.schema())).await?;
        }
        Ok(())
    }

    async fn find_own(&self, connection: &mut PgConnection) -> sqlx::Result<Found> {
        let row: SchemaRow = sqlx::query_as(sql(&self.own.statements.find_schema))
            .bind(self.schema().own_name())
            .fetch_one(&mut *connection)
            .await?;
        if !row.is_ours {
            return Ok(match row.is_used {
                true => Found::Unusable("a schema of this name exists, and it is not ours"),
                false => Found::Nothing { exists: row.exists },
            });
        }
        let (major, migration): (i32, i32) = sqlx::query_as(sql(&self.own.statements.find_version))
            .fetch_one(connection)
            .await?;
        Ok(match major > MAJOR {
            true => Found::Unusable(
                "a newer version of this library has migrated it; update this program",
            ),
            // A newer minor version has more in it than we use.
            false => Found::Migrated(
                usize::try_from(migration)
                    .unwrap_or(0)
                    .min(MIGRATIONS.len()),
            ),
        })
    }
}

fn is_done(found: Found) -> bool {
    matches!(found, Found::Unusable(_)) || found == Found::Migrated(MIGRATIONS.len())
}

fn columns<'a>(attempts: impl Iterator<Item = &'a Attempt>) -> (Vec<&'a str>, Vec<Uuid>, Vec<i32>) {
    let mut sorted: Vec<&Attempt> = attempts.collect();
    sorted.sort();
    let names = sorted.iter().map(|attempt| &*attempt.name).collect();
    let ids = sorted.iter().map(|attempt| attempt.id).collect();
    let retry_counts = sorted.iter().map(|attempt| attempt.retry_count).collect();
    (names, ids, retry_counts)
}

fn by_job(rows: Vec<(String, Uuid, i32)>) -> HashMap<(String, Uuid), i32> {
    let entry = |(name, id, crashes)| ((name, id), crashes);
    rows.into_iter().map(entry).collect()
}

const OWN: &str = "/* own */";

/// Puts our own schema, and the one that it is beside, where their marks are.
fn in_own_schema(file: &str, schema: &Schema) -> String {
    schema.qualify(&file.replace(OWN, &format!("{}.", schema.quoted_own())))
}

#[cfg(test)]
mod tests {
    use pg_boss::{Boss, BossSettings};
    use tests::Database;
    use uuid::Uuid;

    use super::{Attempt, Store};

    #[tokio::test]
    async fn every_statement_runs_on_a_plain_and_on_an_awkward_schema_name() {
        let database = Database::new().await;
        for schema in ["jobs_own_test", "\"Jobs Own-Tést\""] {
            let settings = BossSettings {
                schema: schema.into(),
                ..BossSettings::default()
            };
            let boss = Boss::new(database.pool().clone(), settings).unwrap();
            let store = Store::new(boss.store().await.unwrap());
            assert!(store.make_own().await.unwrap());
            let lost = [Attempt {
                name: "mail".into(),
                id: Uuid::new_v4(),
                retry_count: 1,
                started_on: chrono::Utc::now().into(),
            }];
            let mut connection = database.pool().acquire().await.unwrap();
            let crashes = store.record_crashes(&mut connection, &lost).await.unwrap();
            assert_eq!(crashes.into_values().collect::<Vec<_>>(), [1]);
            let next = [Attempt {
                name: "mail".into(),
                id: lost[0].id,
                retry_count: 2,
                started_on: chrono::Utc::now().into(),
            }];
            assert_eq!(store.crashes(&next).await.unwrap().len(), 1);
            store.prune_own("mail").await.unwrap();
            assert!(store.crashes(&next).await.unwrap().is_empty());
        }
    }
}
