//! How marks are resolved, and that every statement is one that Postgres takes.

use std::collections::BTreeSet;
use std::path::Path;

use ::tests::Database;
use sqlx::{Executor, PgConnection, PgExecutor, SqlSafeStr};

use super::*;
use crate::schema::{self, Missing, later_groups, layout_of, layout_without, old_schema};
use crate::store::Store;

fn resolved(file: &str) -> String {
    resolve_conditions(file, |member| member == "a.there")
}

#[test]
fn a_part_is_kept_only_if_its_condition_holds() {
    assert_eq!(resolved("x /* if a.there */y /* end */z"), "x y z");
    assert_eq!(resolved("x /* if a.gone */y /* end */z"), "x z");
}

#[test]
fn the_other_part_stands_in_where_the_condition_fails() {
    assert_eq!(resolved("f(/* if a.there */y/* else n */)"), "f(y)");
    assert_eq!(resolved("f(/* if a.gone */y/* else n */)"), "f(n)");
    let two = "/* if a.gone */y/* else n */, /* if a.there */z/* end */.";
    assert_eq!(resolved(two), "n, z.");
    let marked =
        "/* if a.gone */y/* else /* schema */n() + /* schema */m */ /* if a.there */z/* end */";
    assert_eq!(resolved(marked), "/* schema */n() + /* schema */m z");
}

#[test]
fn a_schema_without_a_clock_uses_that_of_postgres() {
    let schema = Schema::new("\"My-S\"").expect("a good name");
    let file = "SELECT /* schema */job_now() FROM /* schema */job";
    assert_eq!(
        &*render(file, &schema, &layout_of(26)),
        "SELECT pg_catalog.now() FROM \"My-S\".job"
    );
    assert_eq!(
        &*render(file, &schema, &layout_of(46)),
        "SELECT \"My-S\".job_now() FROM \"My-S\".job"
    );
}

#[test]
fn every_file_is_a_statement_and_says_what_it_does() {
    let schema = Schema::new("pgboss").expect("a good name");
    let layout = layout_of(46);
    let statements = Statements::new(&schema, &layout);
    assert_eq!(files_of("sql"), names_of(&statements.all()));
    let statements = ImportStatements::new(&schema, &layout, &old_schema("old", 20));
    assert_eq!(files_of("sql/import"), names_of(&statements.all()));
    let statements = OwnStatements::new(&schema, &layout);
    assert_eq!(files_of("sql/own"), names_of(&statements.all()));
}

fn names_of(statements: &[(&'static str, &Arc<str>)]) -> BTreeSet<String> {
    statements
        .iter()
        .map(|(name, _)| (*name).to_owned())
        .collect()
}

/// The names of the statements in a folder, each of which has its head comment. Migrations begin with their number.
fn files_of(folder: &str) -> BTreeSet<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let mut files = BTreeSet::new();
    for entry in folder.read_dir().expect("the folder sql") {
        let path = entry.expect("an entry of the folder sql").path();
        let is_migration = entry_name(&path).starts_with(|c: char| c.is_ascii_digit());
        if path.is_file() && !is_migration {
            let text = std::fs::read_to_string(&path).expect("a text file");
            let name = entry_name(&path);
            assert!(text.starts_with(&format!("-- {name}: ")), "{name}");
            files.insert(name);
        }
    }
    files
}

fn entry_name(path: &Path) -> String {
    let stem = path.file_stem().unwrap_or_default();
    stem.to_string_lossy().into_owned()
}

#[tokio::test]
async fn postgres_takes_every_statement_under_a_plain_and_an_awkward_name() {
    let database = Database::new().await;
    let pool = database.pool();
    for name in ["jobs_statements_test", "\"Jobs Statements-Tést\""] {
        let schema = Schema::new(name).expect("a good name");
        let layout = schema::ensure(pool, &schema, Missing::Schema)
            .await
            .expect("installed");
        let mut conn = pool.acquire().await.expect("a connection");
        prepare_all(&mut conn, &schema, &layout).await;
        let own = OwnStatements::new(&schema, &layout);
        let store = Store::new(pool.clone(), schema, layout);
        assert!(store.make_own().await.expect("made"));
        for (name, text) in own.all() {
            let prepared = conn.prepare(sql(text).into_sql_str()).await;
            assert!(prepared.is_ok(), "{name}: {:?}", prepared.err());
        }
    }
}

#[tokio::test]
async fn postgres_takes_every_statement_on_schemas_that_lack_what_came_later() {
    let database = Database::new().await;
    let pool = database.pool();
    let schema = Schema::new("jobs").expect("a good name");
    schema::ensure(pool, &schema, Missing::Schema)
        .await
        .expect("installed");
    let groups = later_groups();
    for missing in groups.chunks(1).chain([&groups[..]]) {
        let mut older = pool.begin().await.expect("a transaction");
        for member in missing.iter().flat_map(|group| group.split(' ')) {
            run(&mut *older, without(&schema, member)).await;
        }
        prepare_all(&mut older, &schema, &layout_without(missing)).await;
    }
}

#[tokio::test]
async fn postgres_takes_every_statement_that_imports() {
    let database = Database::new().await;
    let pool = database.pool();
    let mut conn = pool.acquire().await.expect("a connection");
    for (name, version) in [("old_20", 20), ("\"Old Jobs-24\"", 24)] {
        let old = old_schema(name, version);
        let tables = match version {
            20 => OLD_20,
            _ => OLD_24,
        };
        let tables = tables.replace("OLD", &old.schema().quoted());
        run(&mut *conn, tables).await;
        for name in ["jobs", "\"New Jobs-Tést\""] {
            let schema = Schema::new(name).expect("a good name");
            let layout = schema::ensure(pool, &schema, Missing::Schema)
                .await
                .expect("installed");
            for (name, text) in ImportStatements::new(&schema, &layout, &old).all() {
                let prepared = conn.prepare(sql(text).into_sql_str()).await;
                assert!(
                    prepared.is_ok(),
                    "{name} of {version}: {:?}",
                    prepared.err()
                );
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

async fn prepare_all(conn: &mut PgConnection, schema: &Schema, layout: &Layout) {
    for (name, text) in Statements::new(schema, layout).all() {
        let prepared = conn.prepare(sql(text).into_sql_str()).await;
        assert!(
            prepared.is_ok(),
            "{name} on {layout:?}: {:?}",
            prepared.err()
        );
    }
}

async fn run(db: impl PgExecutor<'_>, text: String) {
    let done = db.execute(AssertSqlSafe(text.clone())).await;
    assert!(done.is_ok(), "{text}: {:?}", done.err());
}
