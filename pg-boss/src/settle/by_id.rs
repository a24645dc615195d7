//! What is done by hand with jobs of one queue, by their names. Each answers which jobs it changed.

use std::sync::Arc;

use sqlx::{Connection, PgConnection};
use uuid::Uuid;

use super::statements::place;
use crate::JobRef;
use crate::statement::sql;
use crate::store::Store;
use crate::timestamp::Timestamp;

/// The jobs of one queue that an operation names, sorted: every statement locks rows in this order.
pub struct JobIds<'a> {
    pub(crate) queue: &'a str,
    pub(crate) ids: Vec<Uuid>,
    pub(crate) retry_counts: Vec<Option<i32>>,
    pub(crate) starts: Vec<Option<Timestamp>>,
}

impl<'a> JobIds<'a> {
    /// Sorts them by their ids.
    pub fn new(queue: &'a str, jobs: &[JobRef]) -> Self {
        let mut sorted = jobs.to_vec();
        sorted.sort();
        // JobIds twice, a job is still changed once.
        sorted.dedup_by_key(|job| job.id);
        Self {
            queue,
            ids: sorted.iter().map(|job| job.id).collect(),
            retry_counts: sorted.iter().map(|job| job.retry_count).collect(),
            starts: sorted
                .iter()
                .map(|job| job.started_on.map(Timestamp::from))
                .collect(),
        }
    }

    /// The queue once for each job.
    fn queues(&self) -> Vec<&'a str> {
        vec![self.queue; self.ids.len()]
    }
}

type Changed = sqlx::Result<Vec<Uuid>>;

impl Store {
    /// Cancels jobs that have not ended.
    pub async fn cancel(&self, connection: &mut PgConnection, jobs: &JobIds<'_>) -> Changed {
        self.change_fenced(&self.statements.cancel_jobs, connection, jobs)
            .await
    }

    /// Gives failed jobs one more attempt.
    pub async fn retry(&self, connection: &mut PgConnection, jobs: &JobIds<'_>) -> Changed {
        self.change_placed(&self.statements.retry_jobs, connection, jobs)
            .await
    }

    /// Completes jobs whether they run or wait.
    pub async fn complete_queued(
        &self,
        connection: &mut PgConnection,
        jobs: &JobIds<'_>,
        output: Option<&str>,
    ) -> Changed {
        sqlx::query_scalar(sql(&self.statements.complete_queued_jobs))
            .bind(jobs.queue)
            .bind(&jobs.ids)
            .bind(&jobs.retry_counts)
            .bind(output)
            .bind(&jobs.starts)
            .fetch_all(connection)
            .await
    }

    /// Completes running jobs.
    pub async fn complete_running(
        &self,
        connection: &mut PgConnection,
        jobs: &JobIds<'_>,
        output: Option<&str>,
    ) -> Changed {
        let places: Vec<i64> = sqlx::query_scalar(sql(&self.statements.complete_jobs))
            .bind(jobs.queues())
            .bind(&jobs.ids)
            .bind(&jobs.retry_counts)
            .bind(&jobs.starts)
            .bind(vec![output; jobs.ids.len()])
            .fetch_all(connection)
            .await?;
        let completed = places.into_iter().map(place);
        Ok(completed
            .filter_map(|at| jobs.ids.get(at).copied())
            .collect())
    }

    /// Locks these jobs in key order, in the caller's transaction. A statement that changes many locks them in the order of its plan.
    pub async fn hold(&self, connection: &mut PgConnection, jobs: &JobIds<'_>) -> sqlx::Result<()> {
        sqlx::query(sql(&self.statements.hold_jobs))
            .bind(jobs.queue)
            .bind(&jobs.ids)
            .execute(connection)
            .await
            .map(drop)
    }

    /// Records a heartbeat of running jobs.
    pub async fn touch(&self, connection: &mut PgConnection, jobs: &JobIds<'_>) -> Changed {
        sqlx::query_scalar(sql(&self.statements.touch_jobs))
            .bind(jobs.queues())
            .bind(&jobs.ids)
            .bind(&jobs.retry_counts)
            .bind(&jobs.starts)
            .fetch_all(connection)
            .await
    }

    async fn change_fenced(
        &self,
        statement: &Arc<str>,
        connection: &mut PgConnection,
        jobs: &JobIds<'_>,
    ) -> Changed {
        sqlx::query_scalar(sql(statement))
            .bind(jobs.queue)
            .bind(&jobs.ids)
            .bind(&jobs.retry_counts)
            .bind(&jobs.starts)
            .fetch_all(connection)
            .await
    }

    /// A place that is taken undoes this alone, and a transaction of the caller's goes on.
    async fn change_placed(
        &self,
        statement: &Arc<str>,
        connection: &mut PgConnection,
        jobs: &JobIds<'_>,
    ) -> Changed {
        let mut part = connection.begin().await?;
        let changed = sqlx::query_scalar(sql(statement))
            .bind(jobs.queue)
            .bind(&jobs.ids)
            .fetch_all(&mut *part)
            .await?;
        part.commit().await?;
        Ok(changed)
    }
}
