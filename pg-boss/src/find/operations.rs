//! Finding jobs, and the jobs that they wait for: pg-boss's `findJobs`, `getDependencies` and `getDependents`.

use jobs_rules::{Error, ErrorKind, JobKey};
use serde::Serialize;
use uuid::Uuid;

use crate::find::JobFilter;
use crate::operation::must_exist;
use crate::operation::read_all;
use crate::operation::{Operation, OperationError};
use crate::page::Page;
use crate::validate::{ROWS, bad_input, check_queue, check_rows};
use crate::{Boss, JobDetails};

/// Which jobs of a queue are looked for: those for which all of it holds, at most 1,000, the oldest first.
#[derive(Debug, Clone, Default)]
#[must_use]
pub struct FindJobs {
    sought: JobFilter,
    after: Option<Uuid>,
    limit: Option<u32>,
    refused: Option<String>,
}

impl FindJobs {
    /// Every job of the queue.
    pub fn new() -> Self {
        Self::default()
    }

    /// The job of this id.
    pub fn id(mut self, id: Uuid) -> Self {
        self.sought.id = Some(id);
        self
    }

    /// Jobs of this singleton key.
    pub fn key(mut self, key: impl Into<String>) -> Self {
        self.sought.singleton_key = Some(key.into());
        self
    }

    /// Jobs whose input contains this, as Postgres's `@>` has it.
    pub fn data(mut self, data: impl Serialize) -> Self {
        match serde_json::to_string(&data) {
            Ok(data) => self.sought.data = Some(data),
            Err(error) => self.refused = Some(format!("cannot encode the data as JSON: {error}")),
        }
        self
    }

    /// Jobs that wait: created, or for a retry.
    pub fn queued(mut self) -> Self {
        self.sought.queued = true;
        self
    }

    /// At most this number, 1 to 100,000.
    pub fn limit(mut self, jobs: u32) -> Self {
        self.limit = Some(jobs);
        self
    }

    /// Those that come after this one, the last of the page before.
    pub fn after(mut self, id: Uuid) -> Self {
        self.after = Some(id);
        self
    }

    fn check(&self, queue: &str) -> Result<(), Error> {
        check_queue(queue)?;
        match &self.refused {
            Some(message) => Err(bad_input(message)),
            None => check_rows(self.limit.unwrap_or(ROWS)),
        }
    }
}

/// A part of the jobs that a job waits for, or that wait for it; at most 1,000, by queue and id.
#[derive(Debug, Clone, Default)]
#[must_use]
pub struct DependencyPage {
    after: Option<JobKey>,
    limit: Option<u32>,
}

impl DependencyPage {
    /// All of them, at most 1,000.
    pub fn new() -> Self {
        Self::default()
    }

    /// At most this number, 1 to 100,000.
    pub fn limit(mut self, jobs: u32) -> Self {
        self.limit = Some(jobs);
        self
    }

    /// Those that come after this one, the last of the page before.
    pub fn after(mut self, job: JobKey) -> Self {
        self.after = Some(job);
        self
    }

    fn check(&self, queue: &str) -> Result<(), Error> {
        check_queue(queue)?;
        if let Some(after) = &self.after {
            check_queue(&after.name)?;
        }
        check_rows(self.limit.unwrap_or(ROWS))
    }

    fn page(self) -> Page<(String, Uuid)> {
        Page {
            after: self.after.map(|job| (job.name, job.id)),
            at_most: self.limit.unwrap_or(ROWS).into(),
        }
    }
}

impl Boss {
    /// Finds jobs of a queue, the oldest first.
    ///
    /// ```no_run
    /// # use pg_boss::FindJobs; use serde_json::json;
    /// # async fn example(boss: &pg_boss::Boss) -> Result<(), pg_boss::Error> {
    /// let waiting = boss.find_jobs("mail", FindJobs::new().queued().data(json!({"to": "tony"}))).await?;
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// [`BadInput`](ErrorKind::BadInput) for what is refused, [`NotFound`](ErrorKind::NotFound) if there is no such queue, or
    /// no job to go on after.
    pub fn find_jobs(&self, queue: &str, jobs: FindJobs) -> Operation<Vec<JobDetails>> {
        let checked = jobs.check(queue);
        let FindJobs {
            mut sought,
            after,
            limit,
            ..
        } = jobs;
        sought.at_most = limit.unwrap_or(ROWS).into();
        let name = queue.to_owned();
        let operation = Operation::new(
            self,
            format!("find jobs of queue `{queue}`"),
            move |store, connection| {
                Box::pin(async move {
                    let rows = store.find_jobs(connection, &name, &sought, after).await?;
                    if rows.is_empty() {
                        must_exist(store, connection, &name).await?;
                        if let Some(id) = after
                            && !store.has_job(connection, &name, id).await?
                        {
                            return Err(no_anchor(&name, id));
                        }
                    }
                    read_all("a job", &rows)
                })
            },
        );
        operation.unless_refused(checked)
    }

    /// The jobs that a job of a [flow](Self::flow) waits for, or waited for.
    ///
    /// # Errors
    /// [`BadInput`](ErrorKind::BadInput) for a limit out of bounds.
    pub fn dependencies(
        &self,
        queue: &str,
        id: Uuid,
        part: DependencyPage,
    ) -> Operation<Vec<JobKey>> {
        let checked = part.check(queue);
        let (job, page) = (key(queue, id), part.page());
        let operation = Operation::new(
            self,
            format!("find what job {id} waits for"),
            move |store, connection| {
                Box::pin(async move {
                    Ok(keys(
                        store.find_dependencies(connection, &job, &page).await?,
                    ))
                })
            },
        );
        operation.unless_refused(checked)
    }

    /// The jobs that wait, or waited, for a job of a [flow](Self::flow).
    ///
    /// # Errors
    /// [`BadInput`](ErrorKind::BadInput) for a limit out of bounds.
    pub fn dependents(
        &self,
        queue: &str,
        id: Uuid,
        part: DependencyPage,
    ) -> Operation<Vec<JobKey>> {
        let checked = part.check(queue);
        let (job, page) = (key(queue, id), part.page());
        let operation = Operation::new(
            self,
            format!("find what waits for job {id}"),
            move |store, connection| {
                Box::pin(
                    async move { Ok(keys(store.find_dependents(connection, &job, &page).await?)) },
                )
            },
        );
        operation.unless_refused(checked)
    }
}

fn key(queue: &str, id: Uuid) -> JobKey {
    JobKey {
        name: queue.to_owned(),
        id,
    }
}

fn keys(found: Vec<(String, Uuid)>) -> Vec<JobKey> {
    found
        .into_iter()
        .map(|(name, id)| JobKey { name, id })
        .collect()
}

fn no_anchor(queue: &str, id: Uuid) -> OperationError {
    OperationError::bad_input(
        ErrorKind::NotFound,
        format!("there is no job {id} in queue `{queue}` to go on after, or no longer"),
    )
}
