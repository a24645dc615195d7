//! X10: tests run side by side, each in a schema of its own, and leave none.

use std::process::Stdio;

use jobs_pg::prelude::*;
use jobs_pg::testing::{TestBoss, assert_submitted, boss_with};
use tests::Database;
use tokio::process::Command;

#[job(executor = PgBoss)]
async fn x10_greet(name: String) -> String {
    format!("Hello {name}!")
}

async fn own_schema(database: &Database) -> TestBoss {
    let builder = PgBoss::builder().url(database.url()).schedule(false);
    boss_with(builder.only::<X10Greet>()).await.unwrap()
}

async fn schemas(database: &Database) -> Vec<String> {
    let schemas = "SELECT nspname::text FROM pg_namespace WHERE nspname LIKE 'jobs\\_test\\_%' OR nspname = 'pgboss'";
    let schemas = sqlx::query_scalar(schemas);
    schemas.fetch_all(database.pool()).await.unwrap()
}

#[tokio::test]
async fn x10_tests_do_not_see_each_others_jobs_and_their_schemas_are_removed() {
    let database = Database::new().await;
    let (one, other) = tokio::join!(own_schema(&database), own_schema(&database));
    let job = one.scope(X10Greet::submit("Tony".into())).await.unwrap();
    assert_submitted::<X10Greet>(&one, |name| name == "Tony").await;
    assert!(other.drain().await.unwrap().is_empty());
    assert_eq!(one.drain().await.unwrap().len(), 1);
    assert_eq!(job.output().await.unwrap(), "Hello Tony!");
    assert_eq!(schemas(&database).await.len(), 2);
    drop((one, other, job));
    assert_eq!(schemas(&database).await, Vec::<String>::new());
}

#[tokio::test]
async fn x10_the_schema_of_a_started_executor_is_removed_too() {
    let database = Database::new().await;
    let boss = own_schema(&database).await;
    boss.start().await.unwrap();
    let job = X10Greet::delay(3600).on(&boss).submit("Tony".into());
    let job = job.await.unwrap();
    boss.travel("1h").await.unwrap();
    assert_eq!(job.output().await.unwrap(), "Hello Tony!");
    drop(boss);
    assert_eq!(schemas(&database).await, Vec::<String>::new());
}

#[tokio::test]
async fn x10_what_a_killed_process_left_is_removed_by_the_next_and_what_is_in_use_is_not() {
    let database = Database::new().await;
    let in_use = own_schema(&database).await;
    in_use.drain().await.unwrap();
    let left = "jobs_test_0123456789abcdef0123456789abcdef";
    for schema in [left.to_owned(), format!("{left}_jobs")] {
        let create =
            sqlx::AssertSqlSafe(format!("CREATE SCHEMA {schema} CREATE TABLE job (id int)"));
        sqlx::raw_sql(create)
            .execute(database.pool())
            .await
            .unwrap();
    }
    let _next = own_schema(&database).await;
    let remaining = schemas(&database).await;
    assert_eq!(remaining.len(), 1, "{remaining:?}");
    assert!(in_use.drain().await.unwrap().is_empty());
}

#[tokio::test]
async fn x10_the_environment_names_the_database_of_tests() {
    let database = Database::new().await;
    let mut program = Command::new(env!("CARGO_BIN_EXE_own-schema"));
    let program = program
        .env("DATABASE_URL", database.url())
        .env_remove("PG_BOSS_NEW_OPTIONS")
        .stdin(Stdio::null());
    let output = program.output().await.unwrap();
    assert!(output.status.success(), "{output:?}");
    assert_eq!(String::from_utf8_lossy(&output.stdout), "1 0\n");
    assert_eq!(schemas(&database).await, Vec::<String>::new());
}
