//! The operations by hand on a database of our own: in transactions of the caller's, with bad input, and on many jobs.

mod bulk;
mod deletion;
mod handles;
mod readable;
mod reasons;
mod refusals;
mod schedules;
mod storing;
mod transactions;
mod unknown;

use jobs_pg::JobOptions;
use jobs_pg::operation::QueueOptions;
use jobs_pg::prelude::*;
use sqlx::AssertSqlSafe;
use tests::Database;
use uuid::Uuid;

/// A database with queues, and an executor that only does what it is told.
struct Hand {
    boss: PgBoss,
    database: Database,
}

impl Hand {
    async fn with(queues: &[&str]) -> Self {
        let database = Database::new().await;
        let boss = PgBoss::builder()
            .url(database.url())
            .supervise(false)
            .schedule(false)
            .work(false)
            .max_connections(5);
        let boss = boss.connect().await.unwrap();
        // The schema is installed when it is first needed.
        assert!(boss.queues().await.unwrap().is_empty());
        for queue in queues {
            boss.create_queue(queue, QueueOptions::new()).await.unwrap();
        }
        Self { boss, database }
    }

    /// Sends a job without anything to it; gives its id.
    async fn send(&self, queue: &str) -> Uuid {
        let sent = self.boss.send(queue, 1, JobOptions::new()).await;
        sent.unwrap().id
    }

    async fn count(&self, of: &str) -> i64 {
        let count = format!("SELECT count(*) FROM pgboss.{of}");
        let count = sqlx::query_scalar(AssertSqlSafe(count));
        count.fetch_one(self.database.pool()).await.unwrap()
    }

    /// Everything that an operation may write, as text.
    async fn everything(&self) -> String {
        let everything = sqlx::query_scalar(
            "SELECT concat((SELECT json_agg(q ORDER BY name) FROM pgboss.queue q),
                           (SELECT json_agg(j ORDER BY name, id) FROM pgboss.job j),
                           (SELECT json_agg(s ORDER BY name, key) FROM pgboss.schedule s),
                           (SELECT json_agg(s ORDER BY event, name) FROM pgboss.subscription s),
                           (SELECT json_agg(d ORDER BY child_id) FROM pgboss.job_dependency d))",
        );
        everything.fetch_one(self.database.pool()).await.unwrap()
    }
}
