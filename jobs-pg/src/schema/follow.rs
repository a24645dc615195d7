//! A migration under a running process: pg-boss's CLI, and a release of pg-boss that starts, add columns and take them away.

use super::SchemaError;
use super::check::{check, failed, server, version};
use crate::store::Store;

/// Looks at the version. If it is not the one that the statements are written for, writes them for what stands now, and
/// answers `true`.
pub(crate) async fn follow(store: &Store) -> Result<bool, SchemaError> {
    let schema = store.schema();
    let acquired = store.pool().acquire().await;
    let mut conn = acquired.map_err(failed("look at", schema))?;
    let known = store.layout().version();
    if version(&mut conn, schema).await? == known {
        return Ok(false);
    }
    let server = server(&mut conn, schema).await?;
    let Some(layout) = check(&mut conn, schema, &server).await? else {
        return Err(SchemaError::NotInstalled {
            schema: schema.to_string(),
            database: server.database,
        });
    };
    tracing::info!(%schema, from = known, to = layout.version(), "the schema was migrated; going on with what it has now");
    store.renew(layout);
    Ok(true)
}
