//! Makes the schema where there is none: everything in one transaction, under the lock that pg-boss takes for it.

use sqlx::{Connection, PgConnection, PgPool};

use super::check::{VERSION_COLUMN, failed, is_installed, server};
use super::{Schema, SchemaError};
use crate::connect::acquire;
use crate::error::DatabaseError;
use crate::schema::catalog::{self, Server};

/// What Postgres reports when another session made the same thing first: the schema, a table, a type, a function, or (two at
/// the very same time) a row of its catalog.
const LOST_THE_RACE: [&str; 5] = ["42P06", "42P07", "42710", "42723", "23505"];
const NO_PERMISSION: &str = "42501";
const NO_SUCH_SCHEMA: &str = "3F000";

/// What may be made where there are no job tables.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Missing {
    /// The tables, and the schema around them.
    Schema,
    /// The tables only: the schema has to be there.
    Tables,
}

/// Checks the schema, and first makes what may be made if it holds no job tables; gives the name of the database that it is in.
pub(crate) async fn ensure(
    pool: &PgPool,
    schema: &Schema,
    missing: Missing,
) -> Result<String, SchemaError> {
    let mut conn = acquire(pool).await.map_err(failed("look at", schema))?;
    let server = server(&mut conn, schema).await?;
    if is_installed(&mut conn, schema).await? {
        return Ok(server.database);
    }
    let installed = install(&mut conn, schema, &server, missing).await;
    if is_installed(&mut conn, schema).await? {
        return Ok(server.database);
    }
    Err(match installed {
        Err(error) => bad_input(schema, &server, error),
        Ok(()) => SchemaError::NotInstalled {
            schema: schema.to_string(),
            database: server.database,
        },
    })
}

/// Makes all of it, unless another session has just done so.
async fn install(
    conn: &mut PgConnection,
    schema: &Schema,
    server: &Server,
    missing: Missing,
) -> Result<(), sqlx::Error> {
    let mut tx = conn.begin().await?;
    catalog::lock(&mut tx, schema.lock_key(&server.database, "")).await?;
    let members = catalog::members(&mut tx, schema).await?;
    if !members.contains(VERSION_COLUMN) {
        if missing == Missing::Schema {
            catalog::create_schema(&mut tx, schema).await?;
        }
        catalog::create_tables(&mut tx, schema).await?;
        tracing::info!(%schema, "installing the job tables");
    }
    tx.commit().await
}

/// Tells why nothing could be installed. A session that lost a race has found the winner's tables before this is asked.
fn bad_input(schema: &Schema, server: &Server, source: sqlx::Error) -> SchemaError {
    let code = source.as_database_error().and_then(|error| error.code());
    let code = code.as_deref().unwrap_or_default();
    if LOST_THE_RACE.contains(&code) {
        SchemaError::Occupied {
            schema: schema.to_string(),
            source: DatabaseError::new(source),
        }
    } else if code == NO_PERMISSION {
        SchemaError::Forbidden {
            schema: schema.to_string(),
            database: server.database.clone(),
            source: DatabaseError::new(source),
        }
    } else if code == NO_SUCH_SCHEMA {
        SchemaError::NoSchema {
            schema: schema.to_string(),
            database: server.database.clone(),
        }
    } else {
        failed("install the job tables into", schema)(source)
    }
}
