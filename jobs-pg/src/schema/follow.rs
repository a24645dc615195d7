//! A migration under a running process: pg-boss's CLI, and a release of pg-boss that starts, add columns and take them away.

use std::io;
use std::time::Duration;

use tokio::time::timeout;

use super::SchemaError;
use super::check::{check, failed, server, version};
use crate::store::Store;

/// How long a look may take: a connection that says nothing is taken for dead.
const BOUND: Duration = Duration::from_secs(30);

/// Looks at the version. If it is not the one that the statements are written for, writes them for what stands now, and
/// answers `true`.
pub(crate) async fn follow(store: &Store) -> Result<bool, SchemaError> {
    let silent = |_| io::Error::from(io::ErrorKind::TimedOut).into();
    timeout(BOUND, renew(store))
        .await
        .map_err(silent)
        .map_err(failed("look at", store.schema()))?
}

async fn renew(store: &Store) -> Result<bool, SchemaError> {
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

#[cfg(test)]
mod tests {
    use ::tests::Database;
    use sqlx::{AssertSqlSafe, Executor};

    use super::follow;
    use crate::schema::{Missing, Schema, SchemaError, ensure};
    use crate::store::Store;

    async fn installed(database: &Database) -> Store {
        let schema = Schema::new("jobs").expect("a good name");
        let layout = ensure(database.pool(), &schema, Missing::Schema).await;
        Store::new(database.pool().clone(), schema, layout.expect("installed"))
    }

    async fn run(database: &Database, statements: &str) {
        let done = database
            .pool()
            .execute(AssertSqlSafe(statements.to_owned()));
        done.await.expect("a statement of a test");
    }

    #[tokio::test]
    async fn statements_are_written_for_what_stands_now() {
        let database = Database::new().await;
        let store = installed(&database).await;
        assert!(!follow(&store).await.expect("nothing to follow"));
        assert!(store.layout().has("job.upsert_by_key"));
        let older =
            "UPDATE jobs.version SET version = 44; ALTER TABLE jobs.job DROP COLUMN upsert_by_key";
        run(&database, older).await;
        assert!(follow(&store).await.expect("followed"));
        assert!(!store.layout().has("job.upsert_by_key"));
        assert!(!follow(&store).await.expect("followed already"));
    }

    #[tokio::test]
    async fn what_cannot_be_used_is_an_error_and_changes_nothing() {
        let database = Database::new().await;
        let store = installed(&database).await;
        run(&database, "UPDATE jobs.version SET version = 24").await;
        let error = follow(&store).await.expect_err("it is of another family");
        assert!(matches!(error, SchemaError::Mismatch { .. }), "{error}");
        assert_eq!(store.layout().version(), 46);
        run(&database, "DROP SCHEMA jobs CASCADE").await;
        follow(&store).await.expect_err("it is gone");
    }
}
