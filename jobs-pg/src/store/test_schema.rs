//! The schema of one test: marked as in use while a session lasts, so that the next run removes what a killed process left.

#![expect(clippy::disallowed_methods, reason = "this is the place for them")]

use sqlx::postgres::PgConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, PgConnection};
use uuid::Uuid;

use pg_boss::Schema;

/// How the names of such schemas begin. An identifier follows, of 32 digits.
const PREFIX: &str = "jobs_test_";

/// A name for the schema of one test.
pub(crate) fn name() -> String {
    format!("{PREFIX}{}", Uuid::new_v4().simple())
}

/// The mark that a schema is in use.
#[derive(Debug)]
pub(crate) struct TestSchema {
    schema: Schema,
    options: PgConnectOptions,
    /// Its session holds the mark.
    _session: PgConnection,
}

impl TestSchema {
    /// Marks the schema as in use, before it is made. The sessions that use it have its name as their application's.
    pub(crate) async fn hold(schema: &Schema, options: &PgConnectOptions) -> sqlx::Result<Self> {
        let options = options.clone().application_name(PREFIX);
        let mut session = options.connect().await?;
        sqlx::query(include_str!("../../sql/testing/hold_schema.sql"))
            .bind(schema.name())
            .execute(&mut session)
            .await?;
        Ok(Self {
            schema: schema.clone(),
            options,
            _session: session,
        })
    }

    /// Removes the schema, and our own beside it.
    pub(crate) async fn remove(&self) -> sqlx::Result<()> {
        let mut session = self.options.connect().await?;
        sqlx::query(include_str!("../../sql/testing/end_sessions.sql"))
            .bind(self.schema.name())
            .execute(&mut session)
            .await?;
        let schemas = [self.schema.quoted(), self.schema.quoted_own()];
        drop_schemas(&mut session, &schemas).await?;
        session.close().await
    }
}

/// Removes the schemas of tests whose process ended before it could.
pub(crate) async fn remove_left(options: &PgConnectOptions) -> sqlx::Result<()> {
    let mut session = options.connect().await?;
    let names: Vec<String> =
        sqlx::query_scalar(include_str!("../../sql/testing/find_left_schemas.sql"))
            .bind(PREFIX)
            .bind(i32::try_from(name().len()).unwrap_or(0))
            .fetch_all(&mut session)
            .await?;
    for name in names {
        drop_schemas(&mut session, &[format!("\"{name}\"")]).await?;
    }
    session.close().await
}

/// One schema a statement: each takes a lock on everything in it, and a server has room for a limited number.
async fn drop_schemas(session: &mut PgConnection, quoted: &[String]) -> sqlx::Result<()> {
    sqlx::raw_sql("SET lock_timeout = '1s'")
        .execute(&mut *session)
        .await?;
    for schema in quoted {
        let drop = format!("DROP SCHEMA IF EXISTS {schema} CASCADE");
        sqlx::raw_sql(AssertSqlSafe(drop))
            .execute(&mut *session)
            .await?;
    }
    Ok(())
}
