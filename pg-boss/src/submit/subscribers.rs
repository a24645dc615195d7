//! Events and the queues that subscribed to them.

use sqlx::PgConnection;

use crate::statement::sql;
use crate::store::Store;

impl Store {
    /// Subscribes a queue to an event; `false` if there is no such queue.
    pub async fn subscribe(
        &self,
        connection: &mut PgConnection,
        event: &str,
        queue: &str,
    ) -> sqlx::Result<bool> {
        sqlx::query(sql(&self.statements.subscribe))
            .bind(event)
            .bind(queue)
            .execute(connection)
            .await
            .map(|done| done.rows_affected() > 0)
    }

    /// Ends a subscription; `false` if there is none.
    pub async fn unsubscribe(
        &self,
        connection: &mut PgConnection,
        event: &str,
        queue: &str,
    ) -> sqlx::Result<bool> {
        sqlx::query(sql(&self.statements.unsubscribe))
            .bind(event)
            .bind(queue)
            .execute(connection)
            .await
            .map(|done| done.rows_affected() > 0)
    }

    /// The queues that subscribed to an event.
    pub async fn find_subscribers(
        &self,
        connection: &mut PgConnection,
        event: &str,
    ) -> sqlx::Result<Vec<String>> {
        sqlx::query_scalar(sql(&self.statements.find_subscribers))
            .bind(event)
            .fetch_all(connection)
            .await
    }
}
