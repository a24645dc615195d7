//! How marks are resolved, and that every statement is one that Postgres takes.

use std::collections::BTreeSet;
use std::path::Path;

use ::tests::Database;
use sqlx::{Executor, PgConnection, PgExecutor, SqlSafeStr};

use super::*;
use crate::schema::{self, Missing, later_groups, layout_of, layout_without};

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
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("sql");
    let mut files = BTreeSet::new();
    for entry in folder.read_dir().expect("the folder sql") {
        let path = entry.expect("an entry of the folder sql").path();
        if path.is_file() {
            let text = std::fs::read_to_string(&path).expect("a text file");
            let name = path.file_stem().unwrap_or_default().to_string_lossy();
            assert!(text.starts_with(&format!("-- {name}: ")), "{name}");
            files.insert(name.into_owned());
        }
    }
    let schema = Schema::new("pgboss").expect("a good name");
    let statements = Statements::new(&schema, &layout_of(46));
    let listed = statements
        .all()
        .iter()
        .map(|(name, _)| (*name).to_owned())
        .collect();
    assert_eq!(files, listed);
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
