//! That every statement is one that Postgres takes, and that every file is used.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use ::tests::Database;
use sqlx::{Column, Executor, PgConnection, PgExecutor, SqlSafeStr, Statement};

use super::*;
use crate::schema::{self, Missing, old_schema, required};
use crate::store::Store;
use crate::store::catalog;

const NAMES: [&str; 2] = ["jobs_statements_test", "\"Jobs Statements-Tést\""];

#[test]
fn every_file_says_what_it_does_and_is_used() {
    let schema = Schema::new("pgboss").expect("a good name");
    let statements = Statements::new(&schema);
    assert_eq!(files_of("sql"), names_of(&statements.all()));
    let statements = ImportStatements::new(&schema, &old_schema("old", 20));
    assert_eq!(files_of("sql/import"), names_of(&statements.all()));
    // These are named where they are used.
    let sources = sources_of(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"));
    for folder in [
        "sql/import/20",
        "sql/import/24",
        "sql/catalog",
        "sql/clock",
        "sql/schema",
        "sql/testing",
    ] {
        for name in files_of(folder) {
            let path = format!("{folder}/{name}.sql\")");
            assert!(sources.contains(&path), "{folder}/{name}.sql is not used");
        }
    }
    assert_eq!(
        folders_of("sql"),
        ["catalog", "clock", "import", "own", "schema", "testing"]
    );
    assert_eq!(folders_of("sql/import"), ["20", "24"]);
    let statements = OwnStatements::new(&schema);
    assert_eq!(files_of("sql/own"), names_of(&statements.all()));
}

fn names_of(statements: &[(&'static str, &Arc<str>)]) -> BTreeSet<String> {
    let names = statements.iter().map(|(name, _)| (*name).to_owned());
    names.collect()
}

/// The names of the statements in a folder, each of which has its head comment. Migrations begin with their number.
fn files_of(folder: &str) -> BTreeSet<String> {
    let mut files = BTreeSet::new();
    for path in entries_of(folder).into_iter().filter(|path| path.is_file()) {
        let text = std::fs::read_to_string(&path).expect("a text file");
        let name = path.file_stem().unwrap_or_default().to_string_lossy();
        if name.starts_with(|first: char| first.is_ascii_digit()) {
            continue;
        }
        assert!(text.starts_with(&format!("-- {name}: ")), "{folder}/{name}");
        files.insert(name.into_owned());
    }
    files
}

fn folders_of(folder: &str) -> Vec<String> {
    let folders = entries_of(folder).into_iter().filter(|path| path.is_dir());
    let names = folders.map(|path| {
        path.file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned()
    });
    names.collect()
}

fn entries_of(folder: &str) -> BTreeSet<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let entries = folder
        .read_dir()
        .expect("a folder")
        .map(|entry| entry.expect("an entry").path());
    entries.collect()
}

/// The text of every source file below a folder, except tests.
fn sources_of(folder: &Path) -> String {
    let entries = folder
        .read_dir()
        .expect("a folder")
        .map(|entry| entry.expect("an entry").path());
    let texts = entries.map(|path| match path.is_dir() {
        true => sources_of(&path),
        false if path.ends_with("tests.rs") => String::new(),
        false => std::fs::read_to_string(&path).unwrap_or_default(),
    });
    texts.collect()
}

#[tokio::test]
async fn postgres_takes_every_statement_under_a_plain_and_an_awkward_name() {
    let database = Database::new().await;
    for name in NAMES {
        let schema = installed(&database, name).await;
        let mut conn = database.pool().acquire().await.expect("a connection");
        for (name, text) in Statements::new(&schema).all() {
            prepare(&mut conn, name, text).await;
        }
        // Nothing but the catalog is read, or a test clock is there when the statement is run.
        run(
            &mut *conn,
            in_schema(include_str!("../../../sql/clock/install.sql"), &schema),
        )
        .await;
        for file in [
            include_str!("../../../sql/catalog/members.sql"),
            include_str!("../../../sql/catalog/schema_exists.sql"),
            include_str!("../../../sql/catalog/server.sql"),
            include_str!("../../../sql/catalog/server_process.sql"),
            include_str!("../../../sql/catalog/versions.sql"),
            include_str!("../../../sql/clock/move.sql"),
            include_str!("../../../sql/testing/end_sessions.sql"),
            include_str!("../../../sql/testing/find_left_schemas.sql"),
            include_str!("../../../sql/testing/hold_schema.sql"),
        ] {
            prepare(&mut conn, file, &in_schema(file, &schema).into()).await;
        }
        run(
            &mut *conn,
            in_schema(include_str!("../../../sql/clock/remove.sql"), &schema),
        )
        .await;
        let own = OwnStatements::new(&schema);
        let store = Store::new(database.pool().clone(), schema, database.name().to_owned());
        assert!(store.make_own().await.expect("made"));
        for (name, text) in own.all() {
            prepare(&mut conn, name, text).await;
        }
    }
}

/// A newer schema may lack whatever is not required.
#[tokio::test]
async fn statements_name_no_column_and_no_function_that_is_not_required() {
    let database = Database::new().await;
    let schema = installed(&database, "jobs").await;
    let mut conn = database.pool().acquire().await.expect("a connection");
    let members = catalog::members(&mut conn, &schema).await;
    let members = members.expect("the members of the schema");
    let required: BTreeSet<String> = required().collect();
    let missing: Vec<_> = required.difference(&members).collect();
    assert!(missing.is_empty(), "a new schema lacks {missing:?}");
    for member in members
        .difference(&required)
        .filter(|member| !member.starts_with("job_common."))
    {
        run(&mut *conn, without(&schema, member)).await;
    }
    for (name, text) in Statements::new(&schema).all() {
        prepare(&mut conn, name, text).await;
    }
}

/// A prepared statement whose result changes is an error of Postgres ("cached plan must not change result type").
#[tokio::test]
async fn columns_that_a_migration_adds_change_the_result_of_no_statement() {
    let database = Database::new().await;
    let schema = installed(&database, "jobs").await;
    let statements = Statements::new(&schema);
    let mut conn = database.pool().acquire().await.expect("a connection");
    let before = results_of(&mut conn, &statements).await;
    for table in TABLES {
        let column = "of_tomorrow text NOT NULL DEFAULT 'new'";
        let add = format!("ALTER TABLE jobs.{table} ADD COLUMN {column}");
        run(&mut *conn, add).await;
    }
    let mut another = database.pool().acquire().await.expect("a connection");
    let after = results_of(&mut another, &statements).await;
    assert_eq!(before, after);
}

const TABLES: [&str; 10] = [
    "version",
    "queue",
    "job",
    "job_dependency",
    "schedule",
    "subscription",
    "bam",
    "warning",
    "queue_stats",
    "instance",
];

/// The name of each statement, with the columns of its result and their types.
async fn results_of(conn: &mut PgConnection, statements: &Statements) -> Vec<String> {
    let mut results = Vec::new();
    for (name, text) in statements.all() {
        let prepared = conn.prepare(sql(text).into_sql_str()).await;
        let prepared = prepared.expect("a statement that Postgres takes");
        let columns = prepared.columns().iter();
        let columns = columns.map(|column| format!("{} {}", column.name(), column.type_info()));
        results.push(format!(
            "{name}: {}",
            columns.collect::<Vec<_>>().join(", ")
        ));
    }
    results
}

#[tokio::test]
async fn postgres_takes_every_statement_that_imports() {
    let database = Database::new().await;
    let pool = database.pool();
    let mut conn = pool.acquire().await.expect("a connection");
    for (name, version, tables) in [("old_20", 20, OLD_20), ("\"Old Jobs-24\"", 24, OLD_24)] {
        let old = old_schema(name, version);
        run(&mut *conn, tables.replace("OLD", &old.schema().quoted())).await;
        let of_version = OldStatements::new(&old);
        prepare(&mut conn, "find_old_queues", &of_version.find_old_queues).await;
        prepare(
            &mut conn,
            "count_left_behind",
            &of_version.count_left_behind,
        )
        .await;
        for name in NAMES {
            let schema = installed(&database, name).await;
            for (name, text) in ImportStatements::new(&schema, &old).all() {
                prepare(&mut conn, name, text).await;
            }
        }
    }
}

/// The tables of version 20, as far as they are read.
const OLD_20: &str = "CREATE SCHEMA OLD; \
    CREATE TYPE OLD.job_state AS ENUM ('created', 'retry', 'active', 'completed', 'expired', 'cancelled', 'failed'); \
    CREATE TABLE OLD.job (id uuid, name text, priority int, data jsonb, state OLD.job_state, retrylimit int, retrycount int, \
        retrydelay int, retrybackoff bool, startafter timestamptz, startedon timestamptz, singletonkey text, \
        singletonon timestamp, expirein interval, createdon timestamptz, completedon timestamptz, keepuntil timestamptz, \
        on_complete bool, output jsonb); \
    CREATE TABLE OLD.archive (LIKE OLD.job, archivedon timestamptz); \
    CREATE TABLE OLD.schedule (name text, cron text, timezone text, data jsonb, options jsonb, created_on timestamptz, \
        updated_on timestamptz); \
    CREATE TABLE OLD.subscription (event text, name text, created_on timestamptz, updated_on timestamptz)";

/// The tables of version 24, as far as they are read.
const OLD_24: &str = "CREATE SCHEMA OLD; \
    CREATE TYPE OLD.job_state AS ENUM ('created', 'retry', 'active', 'completed', 'cancelled', 'failed'); \
    CREATE TABLE OLD.job (id uuid, name text, priority int, data jsonb, state OLD.job_state, retry_limit int, \
        retry_count int, retry_delay int, retry_backoff bool, start_after timestamptz, started_on timestamptz, \
        singleton_key text, singleton_on timestamp, expire_in interval, created_on timestamptz, completed_on timestamptz, \
        keep_until timestamptz, output jsonb, dead_letter text, policy text); \
    CREATE TABLE OLD.archive (LIKE OLD.job, archived_on timestamptz); \
    CREATE TABLE OLD.queue (name text, policy text, retry_limit int, retry_delay int, retry_backoff bool, \
        expire_seconds int, retention_minutes int, dead_letter text); \
    CREATE TABLE OLD.schedule (name text, cron text, timezone text, data jsonb, options jsonb, created_on timestamptz, \
        updated_on timestamptz); \
    CREATE TABLE OLD.subscription (event text, name text, created_on timestamptz, updated_on timestamptz)";

/// Takes a column or a function away.
fn without(schema: &Schema, member: &str) -> String {
    let schema = schema.quoted();
    match member.split_once('.') {
        Some((table, column)) => {
            format!("ALTER TABLE {schema}.{table} DROP COLUMN {column} CASCADE")
        }
        None => format!("DROP FUNCTION {schema}.{member}"),
    }
}

async fn installed(database: &Database, name: &str) -> Schema {
    let schema = Schema::new(name).expect("a good name");
    let installed = schema::ensure(database.pool(), &schema, Missing::Schema).await;
    installed.expect("installed");
    schema
}

async fn prepare(conn: &mut PgConnection, name: &str, text: &Arc<str>) {
    let prepared = conn.prepare(sql(text).into_sql_str()).await;
    assert!(prepared.is_ok(), "{name}: {:?}", prepared.err());
}

async fn run(db: impl PgExecutor<'_>, text: String) {
    let done = db.execute(AssertSqlSafe(text.clone())).await;
    assert!(done.is_ok(), "{text}: {:?}", done.err());
}
