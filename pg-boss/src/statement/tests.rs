//! That every statement is one that Postgres takes, and that every file is used.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use ::tests::Database;
use sqlx::{Column, Executor, PgConnection, PgExecutor, SqlSafeStr, Statement};

use super::*;
use crate::schema::catalog;
use crate::schema::{self, Missing, old_schema, required};

const NAMES: [&str; 2] = ["jobs_statements_test", "\"Jobs Statements-Tést\""];

#[test]
fn every_file_says_what_it_does_and_is_used() {
    let schema = Schema::new("pgboss").expect("a good name");
    let (statements, imports) = (
        Statements::new(&schema),
        ImportStatements::new(&schema, &old_schema("old", 20)),
    );
    let all = statements.all().into_iter().chain(imports.all());
    let mut listed: BTreeSet<String> = all
        .map(|(folder, name, _)| format!("{folder}/{name}"))
        .collect();
    for (name, _) in OldStatements::new(&old_schema("old", 20)).all() {
        listed.extend([20, 24].map(|version| format!("import/{version}/{name}")));
    }
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let sources = sources_of(&src);
    let mut files = Vec::new();
    find_sql(&src, &mut files);
    assert!(files.len() > listed.len());
    for path in files {
        let text = std::fs::read_to_string(&path).expect("a text file");
        let name = path.file_stem().unwrap_or_default().to_string_lossy();
        assert!(text.starts_with(&format!("-- {name}: ")), "{path:?}");
        let file = path
            .strip_prefix(&src)
            .expect("below it")
            .with_extension("");
        // Those that are not listed are named where they are used.
        let is_used = listed.contains(&*file.to_string_lossy())
            || sources.contains(&format!("/{name}.sql\")"));
        assert!(is_used, "{path:?} is not used");
    }
}

fn find_sql(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in folder.read_dir().expect("a folder") {
        let path = entry.expect("an entry").path();
        match path.is_dir() {
            true => find_sql(&path, files),
            false if path.extension().is_some_and(|ending| ending == "sql") => files.push(path),
            false => {}
        }
    }
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
        for (_, name, text) in Statements::new(&schema).all() {
            prepare(&mut conn, name, text).await;
        }
        // Nothing but the catalog is read, or a test clock is there when the statement is run.
        run(
            &mut *conn,
            schema.qualify(include_str!("../clock/install.sql")),
        )
        .await;
        for file in [
            include_str!("../schema/catalog/members.sql"),
            include_str!("../schema/catalog/schema_exists.sql"),
            include_str!("../schema/catalog/server.sql"),
            include_str!("../schema/catalog/server_process.sql"),
            include_str!("../schema/catalog/versions.sql"),
            include_str!("../clock/move.sql"),
        ] {
            prepare(&mut conn, file, &schema.qualify(file).into()).await;
        }
        run(
            &mut *conn,
            schema.qualify(include_str!("../clock/remove.sql")),
        )
        .await;
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
    for (_, name, text) in Statements::new(&schema).all() {
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
    for (_, name, text) in statements.all() {
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
        for (name, text) in OldStatements::new(&old).all() {
            prepare(&mut conn, name, text).await;
        }
        for name in NAMES {
            let schema = installed(&database, name).await;
            for (_, name, text) in ImportStatements::new(&schema, &old).all() {
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
