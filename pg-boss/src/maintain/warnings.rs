//! Warnings that are kept in the database.

use serde_json::Value;
use sqlx::PgConnection;

use crate::maintain::Warning;
use crate::statement::sql;
use crate::store::Store;

impl Store {
    /// Keeps a warning.
    pub async fn insert_warning(
        &self,
        kind: &str,
        message: &str,
        data: &Value,
    ) -> sqlx::Result<()> {
        sqlx::query(sql(&self.statements.insert_warning))
            .bind(kind)
            .bind(message)
            .bind(data.to_string())
            .execute(&mut *self.connection().await?)
            .await
            .map(drop)
    }

    /// The newest warnings, of one kind or of all.
    pub async fn find_warnings(
        &self,
        connection: &mut PgConnection,
        kind: Option<&str>,
        at_most: i64,
    ) -> sqlx::Result<Vec<Warning>> {
        sqlx::query_as(sql(&self.statements.find_warnings))
            .bind(kind)
            .bind(at_most)
            .fetch_all(connection)
            .await
    }

    /// Removes warnings that were kept so long.
    pub async fn delete_old_warnings(&self, days: u32) -> sqlx::Result<()> {
        sqlx::query(sql(&self.statements.delete_old_warnings))
            .bind(i32::try_from(days).unwrap_or(i32::MAX))
            .execute(&mut *self.connection().await?)
            .await
            .map(drop)
    }
}
