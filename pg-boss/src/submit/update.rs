//! Changing jobs that wait, or storing them if there are none: pg-boss's `update` and `upsert`.

use std::sync::Arc;

use jobs_rules::shorten;
use jobs_rules::{Error, IntoJobOptions, JobOptions};
use serde::Serialize;
use serde_json::Value;
use uuid::Uuid;

use crate::Boss;
use crate::operation::Operation;
use crate::operation::must_exist;
use crate::submit::send::job_of;
use crate::submit::{Match, Target, Upsert};
use crate::validate::{bad_input, check_queue, check_text};

/// Which waiting jobs are changed: the one of an id, or those of a singleton key.
#[derive(Debug, Clone)]
pub struct UpdateTarget(Target);

impl UpdateTarget {
    /// The job of this key that was created last.
    pub fn newest(key: impl Into<String>) -> Self {
        Self(Target::Key(key.into(), Match::Newest))
    }

    /// The job of this key that was created first.
    pub fn oldest(key: impl Into<String>) -> Self {
        Self(Target::Key(key.into(), Match::Oldest))
    }

    /// Every job of this key.
    pub fn all(key: impl Into<String>) -> Self {
        Self(Target::Key(key.into(), Match::All))
    }
}

impl From<Uuid> for UpdateTarget {
    fn from(id: Uuid) -> Self {
        Self(Target::Id(id))
    }
}

/// What changes; the rest stays as it is.
#[derive(Debug, Clone, Default)]
#[must_use]
pub struct JobUpdate {
    data: Option<Value>,
    options: JobOptions,
    refused: Option<String>,
}

impl JobUpdate {
    /// Changes nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// The new input.
    pub fn data(mut self, data: impl Serialize) -> Self {
        match serde_json::to_value(data) {
            Ok(data) => self.data = Some(data),
            Err(error) => self.refuse(format!("cannot encode the input as JSON: {error}")),
        }
        self
    }

    /// New options, over the ones given before: priority, start, retention, expiry, deletion, retries, dead letter,
    /// heartbeat, group. How long a job is kept moves with its start, unless its retention is given. Id, singleton key and
    /// throttle slot never change.
    pub fn with(mut self, options: impl IntoJobOptions) -> Self {
        match options.into_job_options() {
            Ok(options) => self.options = options.over(&self.options),
            Err(error) => self.refuse(error.to_string()),
        }
        self
    }

    fn refuse(&mut self, message: String) {
        self.refused.get_or_insert(message);
    }

    fn check(&self) -> Result<(), Error> {
        if let Some(message) = &self.refused {
            return Err(bad_input(message));
        }
        let values = self.options.values();
        for (name, is_given) in [
            ("id", values.id.is_some()),
            ("singleton_key", values.singleton_key.is_some()),
            ("throttle", values.singleton_seconds.is_some()),
        ] {
            if is_given {
                return Err(bad_input(format!(
                    "`{name}` of a job never changes; name the job by the target, and leave it out here"
                )));
            }
        }
        self.options.check()
    }
}

/// What an update or upsert came to.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Updated {
    /// The jobs that were changed, or the one that was stored.
    pub jobs: Vec<Uuid>,
    /// Whether a new job was stored, since there was none to change.
    pub inserted: bool,
}

impl Boss {
    /// Changes jobs that wait; one that is fetched meanwhile is left alone, and then none may be left to change.
    ///
    /// ```no_run
    /// # use pg_boss::{JobOptions, JobUpdate, UpdateTarget};
    /// # async fn example(boss: &pg_boss::Boss) -> Result<(), pg_boss::Error> {
    /// let sooner = JobUpdate::new().data("new").with(JobOptions::new().start_after(0));
    /// boss.update("mail", UpdateTarget::newest("tony"), sooner).await?;
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// [`BadInput`](jobs_rules::ErrorKind::BadInput) for what is refused, [`NotFound`](jobs_rules::ErrorKind::NotFound) if there is no
    /// such queue.
    pub fn update(
        &self,
        queue: &str,
        target: impl Into<UpdateTarget>,
        update: JobUpdate,
    ) -> Operation<Updated> {
        let (UpdateTarget(target), name) = (target.into(), queue.to_owned());
        let change = self.change_of(queue, &target, &update);
        let options = update.options.values().clone();
        let (data, checked) = crate::operation::split(change.map(|data| data.map(or_null)));
        let operation = Operation::new(
            self,
            format!("update jobs of queue `{queue}`"),
            move |store, connection| {
                Box::pin(async move {
                    let jobs = store
                        .update_jobs(connection, &name, &target, data.as_deref(), &options)
                        .await?;
                    if jobs.is_empty() {
                        must_exist(store, connection, &name).await?;
                    }
                    Ok(Updated {
                        jobs,
                        inserted: false,
                    })
                })
            },
        );
        operation.unless_refused(checked)
    }

    /// Changes jobs that wait, or stores one of that id or key if there is none. Whatever number of processes do so at once for
    /// one key, one job is stored.
    ///
    /// # Errors
    /// As [`update`](Self::update) and [`send`](Self::send).
    pub fn upsert(
        &self,
        queue: &str,
        target: impl Into<UpdateTarget>,
        update: JobUpdate,
    ) -> Operation<Updated> {
        let UpdateTarget(target) = target.into();
        let options = update.options.values().clone();
        let named = match &target {
            Target::Id(id) => update.options.clone().id(*id),
            Target::Key(key, _) => update.options.clone().singleton_key(key),
        };
        let change = self.change_of(queue, &target, &update);
        let upsert = change.and_then(|data| {
            named.check()?;
            // Without an input there may be a job to change: the null that a new job would get is not checked.
            let job = job_of(queue, data.clone().flatten(), &named);
            Ok(Upsert {
                target,
                data: data.map(or_null),
                options,
                job,
            })
        });
        let doing = format!("upsert into queue `{}`", shorten(queue));
        let (upsert, checked) = crate::operation::split(upsert.map(Some));
        let operation = self.upsert_job(doing, queue, upsert);
        operation.unless_refused(checked)
    }

    /// Changes jobs that wait, or stores one, by what was checked.
    pub fn upsert_job(
        &self,
        doing: String,
        queue: &str,
        upsert: Option<Upsert>,
    ) -> Operation<Updated> {
        let upsert = Arc::new(upsert);
        let queues = vec![queue.to_owned()];
        let name: Arc<str> = queue.into();
        Operation::enqueue(self, doing, queues, move |store, connection| {
            let (upsert, name) = (Arc::clone(&upsert), Arc::clone(&name));
            Box::pin(async move {
                let (jobs, inserted) = match &*upsert {
                    Some(upsert) => store.upsert_job(connection, &name, upsert).await?,
                    None => (Vec::new(), false),
                };
                Ok(Updated { jobs, inserted })
            })
        })
    }

    /// The JSON text of the new input, if there is one. Null, for which `None` stands, is a new input too.
    fn change_of(
        &self,
        queue: &str,
        target: &Target,
        update: &JobUpdate,
    ) -> Result<Option<Option<String>>, Error> {
        check_queue(queue)?;
        update.check()?;
        if let Target::Key(key, _) = target {
            check_text("the singleton key", key)?;
        }
        let data = update.data.as_ref();
        data.map(|data| self.input_of(queue, data)).transpose()
    }
}

fn or_null(text: Option<String>) -> String {
    text.unwrap_or_else(|| "null".to_owned())
}
