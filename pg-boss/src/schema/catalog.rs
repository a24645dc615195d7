//! What is asked and done before there are statements: the server, the catalog, the making of the schema, its locks.

use std::collections::BTreeSet;

use sqlx::{AssertSqlSafe, PgConnection, Row};

use crate::schema::Schema;

/// The steps that make the schema, in order. All of them run in one transaction.
const STEPS: [&str; 4] = [
    include_str!("install/tables.sql"),
    include_str!("install/tables_of_queues.sql"),
    include_str!("install/functions.sql"),
    include_str!("install/first_rows.sql"),
];

/// What a server says of itself.
#[derive(sqlx::FromRow)]
pub struct Server {
    /// Its version as a number that can be compared, such as 150018.
    pub version_num: i32,
    /// Its version as people write it.
    pub version: String,
    /// The database that the connection is in.
    pub database: String,
}

/// Asks what the server is.
pub async fn server(conn: &mut PgConnection) -> sqlx::Result<Server> {
    sqlx::query_as(include_str!("catalog/server.sql"))
        .fetch_one(conn)
        .await
}

/// The process of the server that runs what the connection sends; asked without a prepared statement, which a pooler may not
/// take.
pub async fn server_process(conn: &mut PgConnection) -> sqlx::Result<i32> {
    let process = sqlx::raw_sql(include_str!("catalog/server_process.sql"));
    process.fetch_one(conn).await?.try_get(0)
}

/// The columns and functions that the schema has, of those that tell versions apart.
pub async fn members(conn: &mut PgConnection, schema: &Schema) -> sqlx::Result<BTreeSet<String>> {
    let members = sqlx::query_scalar(include_str!("catalog/members.sql"))
        .bind(schema.name())
        .fetch_all(conn)
        .await?;
    Ok(members.into_iter().collect())
}

/// Whether the connection is outside of any transaction. In one the transaction began before this statement; asked by the simple
/// protocol, in which a statement of its own begins both at once.
pub async fn is_idle(conn: &mut PgConnection) -> sqlx::Result<bool> {
    let row = sqlx::raw_sql(include_str!("catalog/is_idle.sql"))
        .fetch_one(conn)
        .await?;
    row.try_get(0)
}

/// The rows of the version table.
pub async fn versions(conn: &mut PgConnection, schema: &Schema) -> sqlx::Result<Vec<i32>> {
    let sql = schema.qualify(include_str!("catalog/versions.sql"));
    sqlx::query_scalar(AssertSqlSafe(sql)).fetch_all(conn).await
}

/// Takes an advisory lock (see [`Schema::lock_key`]) until the transaction ends.
pub async fn lock(conn: &mut PgConnection, key: i64) -> sqlx::Result<()> {
    sqlx::query(include_str!("../store/limit_waits.sql"))
        .execute(&mut *conn)
        .await?;
    sqlx::query(include_str!("../store/advisory_lock.sql"))
        .bind(key)
        .execute(conn)
        .await?;
    Ok(())
}

/// Makes the schema, if it is not there. The caller holds the lock and the transaction.
pub async fn create_schema(conn: &mut PgConnection, schema: &Schema) -> sqlx::Result<()> {
    // Asked first, as IF NOT EXISTS wants the right to create schemas even where there is nothing to create.
    let exists: bool = sqlx::query_scalar(include_str!("catalog/schema_exists.sql"))
        .bind(schema.name())
        .fetch_one(&mut *conn)
        .await?;
    if !exists {
        let sql = format!("CREATE SCHEMA {}", schema.quoted());
        sqlx::raw_sql(AssertSqlSafe(sql))
            .execute(&mut *conn)
            .await?;
    }
    Ok(())
}

/// Makes all that belongs in the schema. The caller holds the lock and the transaction.
pub async fn create_tables(conn: &mut PgConnection, schema: &Schema) -> sqlx::Result<()> {
    for step in STEPS {
        let sql = schema.qualify(step);
        sqlx::raw_sql(AssertSqlSafe(sql))
            .execute(&mut *conn)
            .await?;
    }
    Ok(())
}
