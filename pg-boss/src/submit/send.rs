//! Storing jobs by the name of their queue, without a handle: pg-boss's `send` and `insert`.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use jobs_rules::shorten;
use jobs_rules::{Enqueued, Error, IntoJobOptions, JobOptions, StartAfter};
use serde::Serialize;

use crate::Boss;
use crate::operation::{Operation, OperationError, split};
use crate::submit::NewJob;
use crate::validate::{bad_input, check_queue, encoded};

impl Boss {
    /// Stores a job of a queue, which need not be one that this program has a function for. `options` are [`JobOptions`], or
    /// JSON in pg-boss's spelling. A receipt that is not [new](Enqueued::is_new) names the job that it
    /// conflicts with.
    ///
    /// ```no_run
    /// # use pg_boss::JobOptions; use serde_json::json;
    /// # async fn example(boss: &pg_boss::Boss) -> Result<(), pg_boss::Error> {
    /// boss.send("mail", json!({"to": "tony"}), JobOptions::new().priority(3)).await?;
    /// boss.send("mail", json!({"to": "tony"}), json!({"singletonSeconds": 60})).await?;
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// [`BadInput`](jobs_rules::ErrorKind::BadInput) for what is refused, an input among it that does not fit the job that this program
    /// declares for the queue; [`NotFound`](jobs_rules::ErrorKind::NotFound) if there is no such queue.
    pub fn send(
        &self,
        queue: &str,
        data: impl Serialize,
        options: impl IntoJobOptions,
    ) -> Operation<Enqueued> {
        let job = options
            .into_job_options()
            .and_then(|options| self.new_job(queue, data, options));
        let doing = format!("send to queue `{}`", shorten(queue));
        self.store_jobs(doing, queue, job.map(|job| vec![job]), |receipts| {
            receipts.into_iter().next()
        })
    }

    /// Stores many jobs of a queue, all or none; the receipts come in their order.
    ///
    /// ```no_run
    /// # use pg_boss::JobOptions;
    /// # async fn example(boss: &pg_boss::Boss) -> Result<(), pg_boss::Error> {
    /// boss.insert("numbers", (0..1000).map(|n| (n, JobOptions::new()))).await?;
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// As [`send`](Self::send); and if two of the jobs have one id.
    pub fn insert<D: Serialize, O: IntoJobOptions>(
        &self,
        queue: &str,
        jobs: impl IntoIterator<Item = (D, O)>,
    ) -> Operation<Vec<Enqueued>> {
        let jobs: Result<Vec<NewJob>, Error> = jobs
            .into_iter()
            .map(|(data, options)| self.new_job(queue, data, options.into_job_options()?))
            .collect();
        let doing = format!("insert into queue `{}`", shorten(queue));
        self.store_jobs(doing, queue, jobs.and_then(each_once), Some)
    }

    fn store_jobs<T: Send + 'static>(
        &self,
        doing: String,
        queue: &str,
        jobs: Result<Vec<NewJob>, Error>,
        read: fn(Vec<Enqueued>) -> Option<T>,
    ) -> Operation<T> {
        let (jobs, checked) = split(jobs);
        let operation = self.storing(doing, vec![queue.to_owned()], jobs, read);
        operation.unless_refused(checked)
    }

    /// Stores jobs that were checked, all or none; the receipts come in their order. `due` is after which time the first of
    /// them is due, if that is known.
    pub fn enqueue_checked(
        &self,
        doing: String,
        jobs: Vec<NewJob>,
        due: Option<Duration>,
    ) -> Operation<Vec<Enqueued>> {
        let mut queues: Vec<String> = jobs.iter().map(|job| job.queue().to_owned()).collect();
        queues.dedup();
        self.storing(doing, queues, jobs, Some).due(due)
    }

    fn storing<T: Send + 'static>(
        &self,
        doing: String,
        queues: Vec<String>,
        jobs: Vec<NewJob>,
        read: fn(Vec<Enqueued>) -> Option<T>,
    ) -> Operation<T> {
        let jobs = Arc::new(jobs);
        Operation::enqueue(self, doing, queues, move |store, connection| {
            let jobs = Arc::clone(&jobs);
            Box::pin(async move {
                let receipts = store.insert(connection, &jobs).await?;
                read(receipts).ok_or_else(no_receipt)
            })
        })
    }

    /// Checks one job to be stored.
    pub(crate) fn new_job(
        &self,
        queue: &str,
        data: impl Serialize,
        options: JobOptions,
    ) -> Result<NewJob, Error> {
        check_queue(queue)?;
        options.check()?;
        let data = self.input_of(queue, &data)?;
        Ok(job_of(queue, data, &options))
    }

    /// The JSON text of an input, which fits the job that the program declares for the queue; `None` stands for null.
    pub(crate) fn input_of(
        &self,
        queue: &str,
        data: &impl Serialize,
    ) -> Result<Option<String>, Error> {
        let what = format!("the input for queue `{queue}`");
        let data = encoded(&what, data, self.settings().max_input)?;
        self.host().check_input(queue, data.as_deref())?;
        Ok(data)
    }
}

/// A job of what was checked.
pub(super) fn job_of(queue: &str, data: Option<String>, options: &JobOptions) -> NewJob {
    let start_after = options.values().start_after.as_ref();
    let start_after = start_after.unwrap_or(&StartAfter::Now);
    NewJob::new(queue, data, start_after, options)
}

/// Refuses two jobs of one id: only one of them could be stored.
fn each_once(jobs: Vec<NewJob>) -> Result<Vec<NewJob>, Error> {
    let mut ids = HashSet::new();
    match jobs.iter().map(NewJob::id).find(|id| !ids.insert(*id)) {
        Some(id) => Err(bad_input(format!("two of the jobs have the id {id}"))),
        None => Ok(jobs),
    }
}

fn no_receipt() -> OperationError {
    OperationError::bad_input(
        jobs_rules::ErrorKind::Refused,
        "the database gave no receipt for the job",
    )
}
