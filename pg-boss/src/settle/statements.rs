//! Settling attempts. Each statement takes them in key order and returns the places of those that were still active.

use std::sync::Arc;
use std::time::Duration;

use sqlx::PgConnection;
use uuid::Uuid;

use crate::statement::sql;
use crate::store::Store;
use crate::timestamp::Timestamp;

/// What names one attempt at a job. Ids are unique only within a queue, and a job that was snoozed or released keeps its retry
/// count; its start is another one.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(
    missing_docs,
    reason = "each field is what its name says, mostly a column"
)]
pub struct Attempt {
    pub name: Arc<str>,
    pub id: Uuid,
    pub retry_count: i32,
    pub started_on: Timestamp,
}

/// How an attempt failed.
#[derive(Debug, Clone)]
#[expect(
    missing_docs,
    reason = "each field is what its name says, mostly a column"
)]
pub struct Failed {
    pub name: Arc<str>,
    pub id: Uuid,
    pub fence: Fence,
    /// JSON text; null is none.
    pub output: String,
    /// Whether no attempt may follow, whatever the retry limit is.
    pub for_good: bool,
    /// Seconds to the next attempt, in place of the job's own rule.
    pub delay: Option<f64>,
    /// Seconds to wait at least, if there is a next attempt: of one whose input does not decode.
    pub least_delay: Option<f64>,
    /// How many attempts were lost with their process: these do not count against the retry limit.
    pub crashes: i32,
    /// Seconds to wait in addition, if there is a next attempt.
    pub extra_delay: f64,
}

/// Which attempt of a job is meant; nothing is any of them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
#[expect(
    missing_docs,
    reason = "each field is what its name says, mostly a column"
)]
pub struct Fence {
    pub retry_count: Option<i32>,
    pub started_on: Option<Timestamp>,
}

/// The place of a settled attempt among those that were given, and in how many seconds its next attempt is due.
pub(crate) type FailedPlace = (usize, Option<f64>);

impl Attempt {
    /// What names the attempt within its queue.
    pub fn fence(&self) -> Fence {
        Fence {
            retry_count: Some(self.retry_count),
            started_on: Some(self.started_on),
        }
    }
}

impl Failed {
    /// An attempt that failed, and may be tried again.
    pub fn new(attempt: &Attempt, output: String) -> Self {
        Self {
            name: Arc::clone(&attempt.name),
            id: attempt.id,
            fence: attempt.fence(),
            output,
            for_good: false,
            delay: None,
            least_delay: None,
            crashes: 0,
            extra_delay: 0.0,
        }
    }
}

/// The columns of many attempts.
struct Columns<'a> {
    names: Vec<&'a str>,
    ids: Vec<Uuid>,
    retry_counts: Vec<i32>,
    starts: Vec<Timestamp>,
}

fn columns<'a>(attempts: impl Iterator<Item = &'a Attempt> + Clone) -> Columns<'a> {
    Columns {
        names: attempts.clone().map(|attempt| &*attempt.name).collect(),
        ids: attempts.clone().map(|attempt| attempt.id).collect(),
        retry_counts: attempts
            .clone()
            .map(|attempt| attempt.retry_count)
            .collect(),
        starts: attempts.map(|attempt| attempt.started_on).collect(),
    }
}

/// From a position in an array of Postgres, which counts from 1.
pub(crate) fn place(position: i64) -> usize {
    usize::try_from(position).map_or(usize::MAX, |position| position.saturating_sub(1))
}

impl Store {
    /// Waits for the rows of these attempts while others have locked them, for this time at most, and records a heartbeat. The
    /// row of an attempt whose lease is over can be had by a sweep as soon as it is unlocked; who waits for it comes first.
    ///
    /// # Errors
    /// `55P03` (lock not available) when the time is over.
    pub async fn outwait_locks(&self, attempts: &[Attempt], longest: Duration) -> sqlx::Result<()> {
        let mut transaction = self.begin().await?;
        sqlx::query(sql(&self.statements.wait_briefly))
            .bind(i32::try_from(longest.as_millis()).unwrap_or(i32::MAX))
            .execute(&mut *transaction)
            .await?;
        let columns = columns(attempts.iter());
        sqlx::query(sql(&self.statements.touch_jobs))
            .bind(columns.names)
            .bind(columns.ids)
            .bind(columns.retry_counts)
            .bind(columns.starts)
            .execute(&mut *transaction)
            .await?;
        transaction.commit().await
    }

    /// Completes attempts with their outputs.
    pub async fn complete(
        &self,
        connection: &mut PgConnection,
        done: &[(&Attempt, Option<&str>)],
    ) -> sqlx::Result<Vec<usize>> {
        self.end(&self.statements.complete_jobs, connection, done)
            .await
    }

    /// Cancels attempts with their reasons.
    pub async fn cancel_attempts(
        &self,
        connection: &mut PgConnection,
        cancelled: &[(&Attempt, Option<&str>)],
    ) -> sqlx::Result<Vec<usize>> {
        self.end(&self.statements.cancel_attempts, connection, cancelled)
            .await
    }

    async fn end(
        &self,
        statement: &Arc<str>,
        connection: &mut PgConnection,
        ended: &[(&Attempt, Option<&str>)],
    ) -> sqlx::Result<Vec<usize>> {
        let columns = columns(ended.iter().map(|(attempt, _)| *attempt));
        let outputs: Vec<Option<&str>> = ended.iter().map(|(_, output)| *output).collect();
        let positions: Vec<i64> = sqlx::query_scalar(sql(statement))
            .bind(columns.names)
            .bind(columns.ids)
            .bind(columns.retry_counts)
            .bind(columns.starts)
            .bind(outputs)
            .fetch_all(connection)
            .await?;
        Ok(positions.into_iter().map(place).collect())
    }

    /// Fails attempts.
    pub async fn fail(
        &self,
        connection: &mut PgConnection,
        failed: &[&Failed],
    ) -> sqlx::Result<Vec<FailedPlace>> {
        fn all<'a, T>(failed: &[&'a Failed], of: impl Fn(&'a Failed) -> T) -> Vec<T> {
            failed.iter().copied().map(of).collect()
        }
        let rows: Vec<(i64, Option<f64>)> = sqlx::query_as(sql(&self.statements.fail_jobs))
            .bind(all(failed, |failed| &*failed.name))
            .bind(all(failed, |failed| failed.id))
            .bind(all(failed, |failed| failed.fence.retry_count))
            .bind(all(failed, |failed| failed.fence.started_on))
            .bind(all(failed, |failed| failed.output.as_str()))
            .bind(all(failed, |failed| failed.for_good))
            .bind(all(failed, |failed| failed.delay))
            .bind(all(failed, |failed| failed.crashes))
            .bind(all(failed, |failed| failed.extra_delay))
            .bind(all(failed, |failed| failed.least_delay))
            .fetch_all(connection)
            .await?;
        let failed = rows
            .into_iter()
            .map(|(position, due_in)| (place(position), due_in));
        Ok(failed.collect())
    }

    /// Releases attempts as if they had not been fetched, to run again after the seconds given for each.
    pub async fn release(
        &self,
        connection: &mut PgConnection,
        released: &[(&Attempt, Option<f64>)],
        state: &str,
    ) -> sqlx::Result<Vec<usize>> {
        let columns = columns(released.iter().map(|(attempt, _)| *attempt));
        let positions: Vec<i64> = sqlx::query_scalar(sql(&self.statements.release_jobs))
            .bind(columns.names)
            .bind(columns.ids)
            .bind(columns.retry_counts)
            .bind(columns.starts)
            .bind(released.iter().map(|(_, delay)| *delay).collect::<Vec<_>>())
            .bind(state)
            .fetch_all(connection)
            .await?;
        Ok(positions.into_iter().map(place).collect())
    }

    /// Which of these attempts an earlier try of the same write has settled, each in one of these states.
    pub async fn find_settled(
        &self,
        connection: &mut PgConnection,
        ended: &[(&Attempt, &str)],
    ) -> sqlx::Result<Vec<usize>> {
        let columns = columns(ended.iter().map(|(attempt, _)| *attempt));
        let positions: Vec<i64> = sqlx::query_scalar(sql(&self.statements.find_settled))
            .bind(columns.names)
            .bind(columns.ids)
            .bind(columns.retry_counts)
            .bind(columns.starts)
            .bind(ended.iter().map(|(_, states)| *states).collect::<Vec<_>>())
            .fetch_all(connection)
            .await?;
        Ok(positions.into_iter().map(place).collect())
    }

    /// Records a heartbeat of attempts. Returns the places of those that are still active, and whether each was recorded: one
    /// whose row is locked is not.
    pub async fn renew_leases(
        &self,
        connection: &mut PgConnection,
        running: &[Attempt],
    ) -> sqlx::Result<Vec<(usize, bool)>> {
        let columns = columns(running.iter());
        let rows: Vec<(i64, bool)> = sqlx::query_as(sql(&self.statements.renew_leases))
            .bind(columns.names)
            .bind(columns.ids)
            .bind(columns.retry_counts)
            .bind(columns.starts)
            .fetch_all(connection)
            .await?;
        let rows = rows
            .into_iter()
            .map(|(position, renewed)| (place(position), renewed));
        Ok(rows.collect())
    }
}
