//! Settling attempts. Each is named by (queue, id, retry count); one that is no longer ours is left out of the answer.

use std::sync::Arc;

use sqlx::PgConnection;
use uuid::Uuid;

use super::{Store, sql};

/// What names one attempt at a job.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Attempt {
    pub(crate) name: Arc<str>,
    pub(crate) id: Uuid,
    pub(crate) retry_count: i32,
}

/// How an attempt failed.
#[derive(Debug, Clone)]
pub(crate) struct Failed {
    pub(crate) attempt: Attempt,
    /// JSON text; null stands for none.
    pub(crate) output: String,
    /// Whatever the retry limit says.
    pub(crate) for_good: bool,
    /// Seconds to the next attempt, in place of the job's own rule.
    pub(crate) delay: Option<f64>,
    /// Whether any attempt is meant, and a job that waits for one too.
    pub(crate) unfenced: bool,
    /// How many attempts were lost with their process: these do not count against the retry limit.
    pub(crate) crashes: i32,
    /// Seconds to wait in addition, if there is a next attempt.
    pub(crate) extra_delay: f64,
}

/// The columns of many attempts.
struct Columns<'a> {
    names: Vec<&'a str>,
    ids: Vec<Uuid>,
    retry_counts: Vec<i32>,
}

fn columns<'a>(attempts: impl Iterator<Item = &'a Attempt> + Clone) -> Columns<'a> {
    Columns {
        names: attempts.clone().map(|attempt| &*attempt.name).collect(),
        ids: attempts.clone().map(|attempt| attempt.id).collect(),
        retry_counts: attempts.map(|attempt| attempt.retry_count).collect(),
    }
}

// Every statement locks its rows in the order of these arrays, so two of them never wait for each other in a circle.
fn sorted<T>(mut settled: Vec<T>, attempt: impl Fn(&T) -> &Attempt) -> Vec<T> {
    settled.sort_by(|one, other| attempt(one).cmp(attempt(other)));
    settled
}

impl Store {
    /// Completes attempts with their outputs; answers which were ours.
    pub(crate) async fn complete(
        &self,
        done: Vec<(Attempt, Option<String>)>,
    ) -> sqlx::Result<Vec<Uuid>> {
        let done = sorted(done, |(attempt, _)| attempt);
        let Columns {
            names,
            ids,
            retry_counts,
        } = columns(done.iter().map(|(attempt, _)| attempt));
        let outputs: Vec<Option<&str>> = done.iter().map(|(_, output)| output.as_deref()).collect();
        sqlx::query_scalar(sql(&self.statements.complete_jobs))
            .bind(names)
            .bind(ids)
            .bind(retry_counts)
            .bind(outputs)
            .fetch_all(&self.pool)
            .await
    }

    /// Fails attempts; answers which were ours, and in how many seconds the next attempt of each is due.
    pub(crate) async fn fail(
        &self,
        connection: &mut PgConnection,
        failed: Vec<Failed>,
    ) -> sqlx::Result<Vec<(Uuid, Option<f64>)>> {
        let failed = sorted(failed, |failed| &failed.attempt);
        let Columns { names, ids, .. } = columns(failed.iter().map(|failed| &failed.attempt));
        let fence = |failed: &Failed| (!failed.unfenced).then_some(failed.attempt.retry_count);
        let retry_counts: Vec<Option<i32>> = failed.iter().map(fence).collect();
        sqlx::query_as(sql(&self.statements.fail_jobs))
            .bind(names)
            .bind(ids)
            .bind(retry_counts)
            .bind(
                failed
                    .iter()
                    .map(|failed| failed.output.as_str())
                    .collect::<Vec<_>>(),
            )
            .bind(
                failed
                    .iter()
                    .map(|failed| failed.for_good)
                    .collect::<Vec<_>>(),
            )
            .bind(failed.iter().map(|failed| failed.delay).collect::<Vec<_>>())
            .bind(
                failed
                    .iter()
                    .map(|failed| failed.crashes)
                    .collect::<Vec<_>>(),
            )
            .bind(
                failed
                    .iter()
                    .map(|failed| failed.extra_delay)
                    .collect::<Vec<_>>(),
            )
            .fetch_all(connection)
            .await
    }

    /// Lets attempts go as if they had not been fetched, after so many seconds each; answers which were ours.
    pub(crate) async fn release(
        &self,
        released: Vec<(Attempt, Option<f64>)>,
        state: &str,
    ) -> sqlx::Result<Vec<Uuid>> {
        let released = sorted(released, |(attempt, _)| attempt);
        let Columns {
            names,
            ids,
            retry_counts,
        } = columns(released.iter().map(|(attempt, _)| attempt));
        sqlx::query_scalar(sql(&self.statements.release_jobs))
            .bind(names)
            .bind(ids)
            .bind(retry_counts)
            .bind(released.iter().map(|(_, delay)| *delay).collect::<Vec<_>>())
            .bind(state)
            .fetch_all(&self.pool)
            .await
    }

    /// Cancels attempts with their reasons; answers which were ours.
    pub(crate) async fn cancel_attempts(
        &self,
        cancelled: Vec<(Attempt, String)>,
    ) -> sqlx::Result<Vec<Uuid>> {
        let cancelled = sorted(cancelled, |(attempt, _)| attempt);
        let Columns {
            names,
            ids,
            retry_counts,
        } = columns(cancelled.iter().map(|(attempt, _)| attempt));
        sqlx::query_scalar(sql(&self.statements.cancel_attempts))
            .bind(names)
            .bind(ids)
            .bind(retry_counts)
            .bind(
                cancelled
                    .iter()
                    .map(|(_, output)| output.as_str())
                    .collect::<Vec<_>>(),
            )
            .fetch_all(&self.pool)
            .await
    }

    /// Gives running attempts a sign of life; answers which are still ours.
    pub(crate) async fn refresh(&self, running: Vec<Attempt>) -> sqlx::Result<Vec<Uuid>> {
        let running = sorted(running, |attempt| attempt);
        let Columns {
            names,
            ids,
            retry_counts,
        } = columns(running.iter());
        sqlx::query_scalar(sql(&self.statements.refresh_jobs))
            .bind(names)
            .bind(ids)
            .bind(retry_counts)
            .fetch_all(&self.pool)
            .await
    }
}
