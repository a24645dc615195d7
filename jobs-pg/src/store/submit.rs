//! Storing jobs.

use std::collections::HashSet;

use jobs_core::{Group, JobOptions, OptionValues, Receipt, Request};
use sqlx::{Connection, PgConnection};
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

/// One job of a flow waits for another: their places in it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Edge {
    pub(crate) child: usize,
    pub(crate) parent: usize,
}

/// What came of storing a flow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stored {
    All,
    /// An equal job keeps out the one at this place.
    Without(usize),
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

    /// The same for another queue.
    pub(crate) fn in_queue(self, name: &str) -> Self {
        Self {
            name: name.to_owned(),
            ..self
        }
    }

    /// Unique within its queue.
    pub(crate) fn id(&self) -> Uuid {
        self.id
    }

    fn key(&self) -> (String, Uuid) {
        (self.name.clone(), self.id)
    }

    fn group(&self) -> Option<&Group> {
        self.options.group.as_ref()
    }

    /// Whether a job that its throttle slot has no place for may take the next one.
    fn may_move_on(&self) -> bool {
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
    /// Stores jobs, and finds the standing ones that keep others out. All or nothing by itself.
    pub(crate) async fn insert(
        &self,
        connection: &mut PgConnection,
        jobs: &[NewJob],
    ) -> sqlx::Result<Vec<Receipt>> {
        if jobs.iter().any(NewJob::may_move_on) {
            return self.insert_moving(connection, jobs.to_vec()).await;
        }
        let stored = self.insert_once(connection, jobs, false).await?;
        self.receipts(connection, jobs, stored).await
    }

    /// The same for jobs that may move on to their next throttle slot, which takes a second statement.
    async fn insert_moving(
        &self,
        connection: &mut PgConnection,
        mut jobs: Vec<NewJob>,
    ) -> sqlx::Result<Vec<Receipt>> {
        let mut transaction = connection.begin().await?;
        let mut stored = self.insert_once(&mut transaction, &jobs, false).await?;
        let mut late: Vec<NewJob> = Vec::new();
        for job in jobs
            .iter_mut()
            .filter(|job| !stored.contains(&job.key()) && job.may_move_on())
        {
            job.next_slot = true;
            late.push(job.clone());
        }
        if !late.is_empty() {
            stored.extend(self.insert_once(&mut transaction, &late, false).await?);
        }
        let receipts = self.receipts(&mut transaction, &jobs, stored).await?;
        transaction.commit().await?;
        Ok(receipts)
    }

    async fn receipts(
        &self,
        connection: &mut PgConnection,
        jobs: &[NewJob],
        mut stored: HashSet<(String, Uuid)>,
    ) -> sqlx::Result<Vec<Receipt>> {
        let mut receipts = Vec::with_capacity(jobs.len());
        for job in jobs {
            // Taken out: of two with one id only the first was stored.
            let is_new = stored.remove(&job.key());
            let standing = match is_new {
                true => None,
                false => self.standing(connection, job).await?,
            };
            receipts.push(Receipt {
                id: standing.unwrap_or(job.id),
                is_new,
            });
        }
        Ok(receipts)
    }

    /// Stores the jobs of a flow and what each waits for, or nothing if an equal job keeps one of them out. In the caller's
    /// transaction, which must not commit in that case.
    pub(crate) async fn insert_flow(
        &self,
        connection: &mut PgConnection,
        jobs: &[NewJob],
        edges: &[Edge],
    ) -> sqlx::Result<Stored> {
        let mut stored = self.insert_once(connection, jobs, false).await?;
        // Taken out: of two with one id only the first was stored.
        if let Some(refused) = jobs.iter().position(|job| !stored.remove(&job.key())) {
            return Ok(Stored::Without(refused));
        }
        let job = |at: usize| jobs.get(at).map(|job| (job.name.as_str(), job.id));
        let (children, parents): (Vec<_>, Vec<_>) = edges
            .iter()
            .filter_map(|edge| Some((job(edge.child)?, job(edge.parent)?)))
            .unzip();
        let (child_names, child_ids): (Vec<&str>, Vec<Uuid>) = children.into_iter().unzip();
        let (parent_names, parent_ids): (Vec<&str>, Vec<Uuid>) = parents.into_iter().unzip();
        sqlx::query(sql(&self.statements.link_jobs))
            .bind(child_names)
            .bind(child_ids)
            .bind(parent_names)
            .bind(parent_ids)
            .execute(connection)
            .await?;
        Ok(Stored::All)
    }

    /// Stores jobs in one statement; answers the queue and id of those that were not kept out by an equal one.
    pub(super) async fn insert_once(
        &self,
        connection: &mut PgConnection,
        jobs: &[NewJob],
        upsert_by_key: bool,
    ) -> sqlx::Result<HashSet<(String, Uuid)>> {
        fn all<'a, T>(jobs: &'a [NewJob], of: impl Fn(&'a NewJob) -> T) -> Vec<T> {
            jobs.iter().map(of).collect()
        }
        let rows: Vec<(String, Uuid)> = sqlx::query_as(sql(&self.statements.insert_jobs))
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
            .bind(upsert_by_key)
            .fetch_all(connection)
            .await?;
        Ok(rows.into_iter().collect())
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
