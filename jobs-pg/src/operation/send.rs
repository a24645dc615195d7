//! Storing jobs by the name of their queue, without a handle: pg-boss's `send` and `insert`.

use std::collections::HashSet;

use jobs_core::{Error, IntoJobOptions, JobOptions, Receipt, StartAfter};
use serde::Serialize;

use super::{Operation, Trouble};
use crate::PgBoss;
use crate::given::{check_input, check_key, check_queue, encoded, refused};
use crate::store::NewJob;

impl PgBoss {
    /// Stores a job of a queue, which need not be one that this program has a function for. `options` are [`JobOptions`], or
    /// JSON in pg-boss's spelling. A receipt that is not [new](Receipt::is_new) names the equal job that kept it out.
    ///
    /// ```no_run
    /// # use jobs_pg::JobOptions; use serde_json::json;
    /// # async fn example(boss: &jobs_pg::PgBoss) -> Result<(), jobs_pg::Error> {
    /// boss.send("mail", json!({"to": "tony"}), JobOptions::new().priority(3)).await?;
    /// boss.send("mail", json!({"to": "tony"}), json!({"singletonSeconds": 60})).await?;
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// [`BadInput`](jobs_core::ErrorKind::BadInput) for what is refused, [`NotFound`](jobs_core::ErrorKind::NotFound) if there is
    /// no such queue.
    pub fn send(
        &self,
        queue: &str,
        data: impl Serialize,
        options: impl IntoJobOptions,
    ) -> Operation<Receipt> {
        let job = options
            .into_job_options()
            .and_then(|options| self.new_job(queue, data, options));
        let (job, checked) = split(job.map(|job| vec![job]));
        let operation = Operation::new(
            self,
            format!("send to queue `{queue}`"),
            move |store, connection| {
                Box::pin(async move {
                    let receipts = store.insert(connection, &job).await?;
                    receipts.into_iter().next().ok_or_else(no_receipt)
                })
            },
        );
        operation.unless_refused(checked)
    }

    /// Stores many jobs of a queue, all or none; the receipts come in their order.
    ///
    /// ```no_run
    /// # use jobs_pg::JobOptions;
    /// # async fn example(boss: &jobs_pg::PgBoss) -> Result<(), jobs_pg::Error> {
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
    ) -> Operation<Vec<Receipt>> {
        let jobs: Result<Vec<NewJob>, Error> = jobs
            .into_iter()
            .map(|(data, options)| self.new_job(queue, data, options.into_job_options()?))
            .collect();
        let (jobs, checked) = split(jobs.and_then(each_once));
        let operation = Operation::new(
            self,
            format!("insert into queue `{queue}`"),
            move |store, connection| {
                Box::pin(async move { Ok(store.insert(connection, &jobs).await?) })
            },
        );
        operation.unless_refused(checked)
    }

    /// Checks one job to be stored.
    pub(super) fn new_job(
        &self,
        queue: &str,
        data: impl Serialize,
        options: JobOptions,
    ) -> Result<NewJob, Error> {
        let what = format!("the input for queue `{queue}`");
        check_queue(queue)?;
        options.check()?;
        check_key(options.values())?;
        let data = encoded(&what, &data)?;
        check_input(&what, data.as_deref(), self.settings().max_input_bytes)?;
        let start_after = match &options.values().start_after {
            Some(start_after) => start_after.to_text(),
            None => StartAfter::Now.to_text(),
        };
        Ok(NewJob::new(queue, data, start_after, &options))
    }
}

/// Refuses two jobs of one id: only one of them could be stored.
fn each_once(jobs: Vec<NewJob>) -> Result<Vec<NewJob>, Error> {
    let mut ids = HashSet::new();
    match jobs.iter().map(NewJob::id).find(|id| !ids.insert(*id)) {
        Some(id) => Err(refused(format!("two of the jobs have the id {id}"))),
        None => Ok(jobs),
    }
}

/// What was checked, and what is wrong with it.
pub(super) fn split<T: Default>(checked: Result<T, Error>) -> (T, Result<(), Error>) {
    match checked {
        Ok(value) => (value, Ok(())),
        Err(error) => (T::default(), Err(error)),
    }
}

fn no_receipt() -> Trouble {
    Trouble::refused(
        jobs_core::ErrorKind::Refused,
        "the database gave no receipt for the job",
    )
}
