//! Looks at a schema and says what it is; changes nothing.

use sqlx::{PgConnection, PgPool};

use super::{Schema, SchemaError, requirements};
use crate::connect::acquire;
use crate::error::DatabaseError;
use crate::schema::catalog::{self, Server};

/// `BEGIN ATOMIC` came with PostgreSQL 14.
const OLDEST_POSTGRES: i32 = 140_000;
/// Where this exists, job tables are installed.
pub(super) const VERSION_COLUMN: &str = "version.version";

/// Checks a schema that must be installed already; gives the name of the database that it is in.
pub(crate) async fn attach(pool: &PgPool, schema: &Schema) -> Result<String, SchemaError> {
    let mut conn = acquire(pool).await.map_err(failed("look at", schema))?;
    let server = server(&mut conn, schema).await?;
    match is_installed(&mut conn, schema).await? {
        true => Ok(server.database),
        false => Err(SchemaError::NotInstalled {
            schema: schema.to_string(),
            database: server.database,
        }),
    }
}

/// The number in the version table, whatever it is; `None` where there is no such table.
pub(crate) async fn installed_version(
    pool: &PgPool,
    schema: &Schema,
) -> Result<Option<i32>, SchemaError> {
    let mut conn = acquire(pool).await.map_err(failed("look at", schema))?;
    let members = catalog::members(&mut conn, schema)
        .await
        .map_err(failed("look at", schema))?;
    match members.contains(VERSION_COLUMN) {
        true => version(&mut conn, schema).await.map(Some),
        false => Ok(None),
    }
}

/// What the server is, if it is new enough.
pub(super) async fn server(
    conn: &mut PgConnection,
    schema: &Schema,
) -> Result<Server, SchemaError> {
    let server = catalog::server(conn)
        .await
        .map_err(failed("look at", schema))?;
    if server.version_num < OLDEST_POSTGRES {
        return Err(SchemaError::PostgresTooOld {
            found: server.version,
        });
    }
    Ok(server)
}

/// Whether the schema holds job tables. If it does, they must be ones that the statements can use.
pub(super) async fn is_installed(
    conn: &mut PgConnection,
    schema: &Schema,
) -> Result<bool, SchemaError> {
    let members = catalog::members(conn, schema)
        .await
        .map_err(failed("look at", schema))?;
    if !members.contains(VERSION_COLUMN) {
        return Ok(false);
    }
    let version = version(conn, schema).await?;
    requirements::check(schema, version, &members)?;
    if version > requirements::VERSION {
        tracing::warn!(
            %schema,
            version,
            known = requirements::VERSION,
            "the schema is newer than the newest version that this library knows; it has every column and function that is used, so it is used"
        );
    }
    Ok(true)
}

pub(super) async fn version(conn: &mut PgConnection, schema: &Schema) -> Result<i32, SchemaError> {
    let rows = catalog::versions(conn, schema)
        .await
        .map_err(failed("read the version of", schema))?;
    match rows[..] {
        [version] => Ok(version),
        _ => Err(SchemaError::VersionRows {
            schema: schema.to_string(),
            rows: rows.len(),
        }),
    }
}

/// Tells what we were doing when the database failed us.
pub(super) fn failed(
    doing: &'static str,
    schema: &Schema,
) -> impl FnOnce(sqlx::Error) -> SchemaError + use<> {
    let schema = schema.to_string();
    move |source| SchemaError::Database {
        doing,
        schema,
        source: DatabaseError::new(source),
    }
}
