//! How marks are resolved, and that every statement is one that Postgres takes.

use std::collections::BTreeSet;
use std::path::Path;

use sqlx::{Executor, PgConnection, PgExecutor, PgPool, SqlSafeStr};

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
    let Ok(url) = std::env::var("DATABASE_URL") else {
        return;
    };
    let pool = PgPool::connect(&url).await.expect("the database");
    for name in ["jobs_statements_test", "\"Jobs Statements-Tést\""] {
        let schema = fresh(&pool, name).await;
        let layout = schema::ensure(&pool, &schema, Missing::Schema)
            .await
            .expect("installed");
        let mut conn = pool.acquire().await.expect("a connection");
        prepare_all(&mut conn, &schema, &layout).await;
        remove(&pool, &schema).await;
    }
}

#[tokio::test]
async fn postgres_takes_every_statement_on_schemas_that_lack_what_came_later() {
    let Ok(url) = std::env::var("DATABASE_URL") else {
        return;
    };
    let pool = PgPool::connect(&url).await.expect("the database");
    let schema = fresh(&pool, "jobs_statements_test_older").await;
    schema::ensure(&pool, &schema, Missing::Schema)
        .await
        .expect("installed");
    let each_alone = later_groups().chunks(1);
    for missing in each_alone.chain([later_groups()]) {
        let mut older = pool.begin().await.expect("a transaction");
        for member in missing.iter().flat_map(|group| group.split(' ')) {
            run(&mut *older, without(&schema, member)).await;
        }
        prepare_all(&mut older, &schema, &layout_without(missing)).await;
    }
    remove(&pool, &schema).await;
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

async fn fresh(pool: &PgPool, name: &str) -> Schema {
    let schema = Schema::new(name).expect("a good name");
    remove(pool, &schema).await;
    schema
}

async fn remove(pool: &PgPool, schema: &Schema) {
    run(
        pool,
        format!("DROP SCHEMA IF EXISTS {} CASCADE", schema.quoted()),
    )
    .await;
}

async fn run(db: impl PgExecutor<'_>, text: String) {
    let done = db.execute(AssertSqlSafe(text.clone())).await;
    assert!(done.is_ok(), "{text}: {:?}", done.err());
}
