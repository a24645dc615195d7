//! Storing jobs.

use std::collections::{HashMap, HashSet};

use jobs_rules::{Enqueued, Group, JobOptions, OptionValues, StartAfter};
use sqlx::{Connection, PgConnection};
use uuid::Uuid;

use crate::operation::OperationError;
use crate::statement::sql;
use crate::store::Store;
use crate::submit::Due;

/// One job to be stored.
#[derive(Debug, Clone)]
pub struct NewJob {
    id: Uuid,
    name: String,
    data: Option<String>,
    due: Due,
    options: OptionValues,
    next_slot: bool,
}

/// One job of a flow waits for another: their places in it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Edge {
    pub(crate) child: usize,
    pub(crate) parent: usize,
}

/// The outcome of storing a flow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Inserted {
    /// All of it.
    All,
    /// The job at this place conflicts with one that exists.
    Conflict(usize),
}

/// Why jobs could not be stored.
#[derive(Debug)]
pub enum InsertError {
    /// There is no queue of this name; nothing was stored.
    UnknownQueue(String),
    /// The database says so.
    Database(sqlx::Error),
}

impl From<sqlx::Error> for InsertError {
    fn from(error: sqlx::Error) -> Self {
        Self::Database(error)
    }
}

impl From<InsertError> for OperationError {
    fn from(error: InsertError) -> Self {
        match error {
            InsertError::Database(error) => Self::Database(error),
            InsertError::UnknownQueue(queue) => Self::UnknownQueue(queue),
        }
    }
}

/// What a statement that inserts does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Insert {
    Store,
    /// One job of each key.
    Upsert,
    /// Nothing: it only finds the conflicting jobs.
    Look,
}

/// The outcome of inserting one job.
#[derive(Debug, sqlx::FromRow)]
pub(crate) struct InsertedRow {
    is_known: bool,
    pub(crate) is_stored: bool,
    /// The job that it conflicts with.
    standing: Option<Uuid>,
}

impl NewJob {
    /// A job of a queue, with options that were checked. `data` is JSON text; `None` is SQL's null.
    pub fn new(
        name: &str,
        data: Option<String>,
        start_after: &StartAfter,
        options: &JobOptions,
    ) -> Self {
        let options = options.values().clone();
        Self {
            // Ordered by time: new entries of the indexes lie side by side.
            id: options.id.unwrap_or_else(Uuid::now_v7),
            name: name.to_owned(),
            data,
            due: start_after.into(),
            options,
            next_slot: false,
        }
    }

    /// The same for another queue.
    pub fn in_queue(self, name: &str) -> Self {
        Self {
            name: name.to_owned(),
            ..self
        }
    }

    /// Its queue.
    pub fn queue(&self) -> &str {
        &self.name
    }

    pub(super) fn data(&self) -> Option<&str> {
        self.data.as_deref()
    }

    /// Unique within its queue.
    pub fn id(&self) -> Uuid {
        self.id
    }

    /// What a job of the same batch conflicts with it by, beside its id.
    fn place(&self) -> (&str, &str, Option<i32>, bool) {
        let key = self.options.singleton_key.as_deref().unwrap_or_default();
        let slot = self.options.singleton_seconds;
        (&self.name, key, slot, self.next_slot)
    }

    fn group(&self) -> Option<&Group> {
        self.options.group.as_ref()
    }

    /// Whether a job that conflicts in its throttle slot may take the next one.
    fn may_move_on(&self) -> bool {
        !self.next_slot
            && self.options.singleton_next_slot == Some(true)
            && self.options.singleton_seconds.is_some()
    }
}

impl Store {
    /// Stores jobs, and finds the ones that the others conflict with. All or nothing by itself.
    pub async fn insert(
        &self,
        connection: &mut PgConnection,
        jobs: &[NewJob],
    ) -> Result<Vec<Enqueued>, InsertError> {
        if jobs.iter().any(NewJob::may_move_on) {
            return self.insert_moving(connection, jobs.to_vec()).await;
        }
        let inserted = self.insert_once(connection, jobs, Insert::Store).await?;
        self.receipts(connection, jobs, &inserted).await
    }

    /// The same for jobs that may move on to their next throttle slot, which takes a second statement.
    async fn insert_moving(
        &self,
        connection: &mut PgConnection,
        mut jobs: Vec<NewJob>,
    ) -> Result<Vec<Enqueued>, InsertError> {
        let mut transaction = connection.begin().await?;
        let mut inserted = self
            .insert_once(&mut transaction, &jobs, Insert::Store)
            .await?;
        let mut late = Vec::new();
        for (job, outcome) in jobs.iter_mut().zip(&mut inserted) {
            if !outcome.is_stored && job.may_move_on() {
                job.next_slot = true;
                late.push((job.clone(), outcome));
            }
        }
        let (late, outcomes): (Vec<NewJob>, Vec<&mut InsertedRow>) = late.into_iter().unzip();
        if !late.is_empty() {
            let moved = self
                .insert_once(&mut transaction, &late, Insert::Store)
                .await?;
            outcomes
                .into_iter()
                .zip(moved)
                .for_each(|(outcome, moved)| *outcome = moved);
        }
        let receipts = self.receipts(&mut transaction, &jobs, &inserted).await?;
        transaction.commit().await?;
        Ok(receipts)
    }

    /// Names each stored job, and for the others the one that they conflict with, where the database knows it.
    async fn receipts(
        &self,
        connection: &mut PgConnection,
        jobs: &[NewJob],
        inserted: &[InsertedRow],
    ) -> Result<Vec<Enqueued>, InsertError> {
        let (mut new, mut by_place) = (HashSet::new(), HashMap::new());
        let mut receipts: Vec<Option<Enqueued>> = Vec::with_capacity(jobs.len());
        for (job, outcome) in jobs.iter().zip(inserted) {
            // Of two with one id only the first was stored.
            let is_new = outcome.is_stored && new.insert((&job.name, job.id));
            let id = match is_new {
                true => Some(*by_place.entry(job.place()).or_insert(job.id)),
                false if outcome.is_stored => Some(job.id),
                false => outcome
                    .standing
                    .or_else(|| by_place.get(&job.place()).copied()),
            };
            receipts.push(id.map(|id| Enqueued {
                id: if is_new { job.id } else { id },
                is_new,
            }));
        }
        self.find_late(connection, jobs, &mut receipts).await?;
        Ok(receipts
            .into_iter()
            .zip(jobs)
            .map(|(receipt, job)| {
                receipt.unwrap_or(Enqueued {
                    id: job.id,
                    is_new: false,
                })
            })
            .collect())
    }

    /// Looks once for the conflicting jobs that another transaction committed while our statement ran.
    async fn find_late(
        &self,
        connection: &mut PgConnection,
        jobs: &[NewJob],
        receipts: &mut [Option<Enqueued>],
    ) -> Result<(), InsertError> {
        let (unknown, open): (Vec<NewJob>, Vec<&mut Option<Enqueued>>) = jobs
            .iter()
            .zip(receipts)
            .filter(|(_, receipt)| receipt.is_none())
            .map(|(job, receipt)| (job.clone(), receipt))
            .unzip();
        if unknown.is_empty() {
            return Ok(());
        }
        let found = self.insert_once(connection, &unknown, Insert::Look).await?;
        for (receipt, found) in open.into_iter().zip(found) {
            *receipt = found.standing.map(|id| Enqueued { id, is_new: false });
        }
        Ok(())
    }

    /// Stores the jobs of a flow and what each waits for, or nothing if one of them conflicts with a job that exists. In the
    /// caller's transaction, which must not commit in that case.
    pub(crate) async fn insert_flow(
        &self,
        connection: &mut PgConnection,
        jobs: &[NewJob],
        edges: &[Edge],
    ) -> Result<Inserted, InsertError> {
        let inserted = self.insert_once(connection, jobs, Insert::Store).await?;
        let mut new = HashSet::new();
        let is_new = |(job, outcome): (&NewJob, &InsertedRow)| {
            outcome.is_stored && new.insert((job.name.clone(), job.id))
        };
        let mut are_new = jobs.iter().zip(&inserted).map(is_new);
        if let Some(refused) = are_new.position(|is_new| !is_new) {
            return Ok(Inserted::Conflict(refused));
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
        Ok(Inserted::All)
    }

    /// Inserts jobs in one statement; the outcomes come in their order.
    pub(crate) async fn insert_once(
        &self,
        connection: &mut PgConnection,
        jobs: &[NewJob],
        what: Insert,
    ) -> Result<Vec<InsertedRow>, InsertError> {
        fn all<'a, T>(jobs: &'a [NewJob], of: impl Fn(&'a NewJob) -> T) -> Vec<T> {
            jobs.iter().map(of).collect()
        }
        let inserted: Vec<InsertedRow> = sqlx::query_as(sql(&self.statements.insert_jobs))
            .bind(all(jobs, |job| job.id))
            .bind(all(jobs, |job| job.name.as_str()))
            .bind(all(jobs, |job| job.data.as_deref()))
            .bind(all(jobs, |job| job.options.priority))
            .bind(all(jobs, |job| job.due.at()))
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
            .bind(what == Insert::Upsert)
            .bind(all(jobs, |job| job.due.after()))
            .bind(what == Insert::Look)
            .fetch_all(connection)
            .await?;
        match jobs.iter().zip(&inserted).find(|(_, one)| !one.is_known) {
            Some((job, _)) => Err(InsertError::UnknownQueue(job.name.clone())),
            None => Ok(inserted),
        }
    }
}
