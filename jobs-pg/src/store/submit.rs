//! Storing jobs.

use std::collections::HashSet;

use jobs_core::{Group, JobOptions, OptionValues, Receipt, Request};
use sqlx::PgConnection;
use uuid::Uuid;

use super::{Store, sql};

/// One job to be stored.
#[derive(Debug, Clone)]
pub(crate) struct NewJob {
    id: Uuid,
    name: String,
    data: Option<String>,
    start_after: String,
    options: OptionValues,
    next_slot: bool,
}

impl NewJob {
    pub(crate) fn new(
        name: &str,
        data: Option<String>,
        start_after: String,
        options: &JobOptions,
    ) -> Self {
        let options = options.values().clone();
        Self {
            // Ordered by time: new entries of the indexes lie side by side.
            id: options.id.unwrap_or_else(Uuid::now_v7),
            name: name.to_owned(),
            data,
            start_after,
            options,
            next_slot: false,
        }
    }

    fn group(&self) -> Option<&Group> {
        self.options.group.as_ref()
    }

    /// Whether a job that its throttle slot has no place for may take the next one.
    pub(crate) fn may_move_on(&self) -> bool {
        !self.next_slot
            && self.options.singleton_next_slot == Some(true)
            && self.options.singleton_seconds.is_some()
    }
}

impl From<Request> for NewJob {
    fn from(request: Request) -> Self {
        let name = request.declaration.name;
        Self::new(
            name,
            request.input,
            request.start_after.to_text(),
            &request.options,
        )
    }
}

impl Store {
    /// Stores jobs, and finds the standing ones that keep others out. All or nothing, if the caller has a transaction or
    /// no job moves on to its next throttle slot.
    pub(crate) async fn insert(
        &self,
        connection: &mut PgConnection,
        mut jobs: Vec<NewJob>,
    ) -> sqlx::Result<Vec<Receipt>> {
        let mut stored = self.insert_once(connection, &jobs).await?;
        let mut late: Vec<NewJob> = Vec::new();
        for job in jobs
            .iter_mut()
            .filter(|job| !stored.contains(&job.id) && job.may_move_on())
        {
            job.next_slot = true;
            late.push(job.clone());
        }
        if !late.is_empty() {
            stored.extend(self.insert_once(connection, &late).await?);
        }
        let mut receipts = Vec::with_capacity(jobs.len());
        for job in &jobs {
            let is_new = stored.contains(&job.id);
            let standing = if is_new {
                None
            } else {
                self.standing(connection, job).await?
            };
            receipts.push(Receipt {
                id: standing.unwrap_or(job.id),
                is_new,
            });
        }
        Ok(receipts)
    }

    async fn insert_once(
        &self,
        connection: &mut PgConnection,
        jobs: &[NewJob],
    ) -> sqlx::Result<HashSet<Uuid>> {
        fn all<'a, T>(jobs: &'a [NewJob], of: impl Fn(&'a NewJob) -> T) -> Vec<T> {
            jobs.iter().map(of).collect()
        }
        let rows: Vec<(Uuid,)> = sqlx::query_as(sql(&self.statements.insert_jobs))
            .bind(all(jobs, |job| job.id))
            .bind(all(jobs, |job| job.name.as_str()))
            .bind(all(jobs, |job| job.data.as_deref()))
            .bind(all(jobs, |job| job.options.priority))
            .bind(all(jobs, |job| job.start_after.as_str()))
            .bind(all(jobs, |job| job.options.retry_limit))
            .bind(all(jobs, |job| job.options.retry_delay))
            .bind(all(jobs, |job| job.options.retry_backoff))
            .bind(all(jobs, |job| job.options.retry_delay_max))
            .bind(all(jobs, |job| job.options.expire_in))
            .bind(all(jobs, |job| job.options.delete_after))
            .bind(all(jobs, |job| job.options.retention))
            .bind(all(jobs, |job| job.options.dead_letter.as_deref()))
            .bind(all(jobs, |job| job.options.heartbeat))
            .bind(all(jobs, |job| job.options.singleton_key.as_deref()))
            .bind(all(jobs, |job| job.options.singleton_seconds))
            .bind(all(jobs, |job| job.next_slot))
            .bind(&self.channel)
            .bind(all(jobs, |job| job.group().map(|group| group.id.as_str())))
            .bind(all(jobs, |job| job.group()?.tier.as_deref()))
            .fetch_all(connection)
            .await?;
        Ok(rows.into_iter().map(|(id,)| id).collect())
    }

    async fn standing(
        &self,
        connection: &mut PgConnection,
        job: &NewJob,
    ) -> sqlx::Result<Option<Uuid>> {
        sqlx::query_scalar(sql(&self.statements.find_standing_job))
            .bind(&job.name)
            .bind(job.id)
            .bind(&job.options.singleton_key)
            .bind(job.options.singleton_seconds)
            .bind(job.next_slot)
            .fetch_optional(connection)
            .await
    }
}
