//! For authors of executors and of data layers: what [`jobs_core::executor`] has, and the rows of a [`Table`](crate::Table).
//!
//! A job names its executor in the attribute, `#[job(executor = Yours)]`; [`PgBoss`] is one.

use std::sync::Arc;
use std::time::Duration;

use sqlx::PgConnection;
use tokio::sync::broadcast::{self, error::RecvError};
use tokio::time::{Instant, sleep};
use uuid::Uuid;

use crate::backoff::Backoff;
pub use crate::entities::{ReadRow, TableRow, Values};
use crate::operation::Operation;
use crate::store::{NewJob, with_timeout};
use crate::{Error, PG_BOSS_EXECUTOR_NAME, PgBoss, QueuePolicy, StartAfter};
#[doc(inline)]
pub use jobs_core::executor::{
    Batch, BatchHandler, Cancellation, Declaration, Enqueued, Executor, Extensions, JobEnd, JobKey,
    NOT_PROVIDED_DELAY, OptionValues, Outcome, QueueSettings, Registered, Registry, Request,
    RetryRule, Run, Schedule, Slot, SourceLocation, UNDECODABLE_DELAY, WorkerSettings, current,
    dispatch, dispatch_all, dispatch_batch, install, scope, store_output,
};
use pg_boss::error::{is_transient, map_db_error};
use pg_boss::validate::{bad_input, check_input};

/// How long one who waits for a job's end puts up with a database that is away.
const RETRY_FOR: Duration = Duration::from_secs(30);
const FIRST_LOOK: Duration = Duration::from_millis(20);
const LAST_LOOK: Duration = Duration::from_millis(500);

impl Executor for PgBoss {
    const NAME: &'static str = PG_BOSS_EXECUTOR_NAME;
    type Connection = PgConnection;

    async fn submit(&self, requests: Vec<Request>) -> Result<Vec<Enqueued>, Error> {
        self.submission(requests).await?.await
    }

    async fn submit_in(
        &self,
        connection: &mut PgConnection,
        requests: Vec<Request>,
    ) -> Result<Vec<Enqueued>, Error> {
        // Whether it is committed, and when, only `NOTIFY` and the producer's own looks can tell.
        self.submission(requests).await?.within(connection).await
    }

    async fn end_of(&self, job: &JobKey) -> Result<JobEnd, Error> {
        let (store, job) = (self.store().await?, &self.namespace().key(job));
        let mut settled = self.settled().subscribe();
        let mut backoff = Backoff::new(FIRST_LOOK, LAST_LOOK);
        let mut away_since = None;
        loop {
            match with_timeout(store.find_end(job)).await {
                Ok(None) => return Ok(JobEnd::Deleted),
                Ok(Some((state, output))) => match state.as_str() {
                    "completed" => return Ok(JobEnd::Completed(output)),
                    "failed" => return Ok(JobEnd::Failed(output)),
                    "cancelled" => return Ok(JobEnd::Cancelled(output)),
                    _ => away_since = None,
                },
                Err(error) => {
                    let since = *away_since.get_or_insert_with(Instant::now);
                    if !is_transient(&error) || since.elapsed() > RETRY_FOR {
                        let JobKey { name, id } = job;
                        return Err(
                            map_db_error(format!("wait for job {id} in queue `{name}`"))(error),
                        );
                    }
                }
            }
            tokio::select! {
                () = heard_of(&mut settled, job) => {}
                () = sleep(backoff.pause()) => {}
            }
        }
    }
}

impl PgBoss {
    /// Checks the requests, and stores their jobs. The queues of the jobs are created where they do not exist.
    async fn submission(&self, requests: Vec<Request>) -> Result<Operation<Vec<Enqueued>>, Error> {
        let requests = requests
            .into_iter()
            .map(|request| self.prepare_request(request))
            .collect::<Result<Vec<_>, _>>()?;
        let doing = match requests.as_slice() {
            [one] => format!("submit job `{}`", one.declaration.name),
            many => format!("submit {} jobs", many.len()),
        };
        let due = requests.iter().filter_map(due_in).min();
        self.provide(requests.iter().map(|request| request.declaration))
            .await?;
        let jobs = requests.into_iter().map(new_job).collect();
        Ok(self.enqueue_checked(doing, jobs, due))
    }

    /// Checks a request, and directs it to its queue.
    pub(crate) fn prepare_request(&self, request: Request) -> Result<Request, Error> {
        self.check(&request)?;
        self.namespace().request(request)
    }

    fn check(&self, request: &Request) -> Result<(), Error> {
        let Declaration { name, queue, .. } = request.declaration;
        request.check()?;
        if let Some(input) = &request.input {
            let what = format!("the input of job `{name}`");
            check_input(&what, input, self.settings().max_input_bytes)?;
        }
        let options = request.options.values();
        match (queue.policy, &options.singleton_key) {
            (Some(QueuePolicy::KeyStrictFifo), None) => Err(bad_input(format!(
                "job `{name}` needs a key, as its queue keeps the order of each key; write `.singleton_key(\"...\")`"
            ))),
            _ => Ok(()),
        }
    }
}

/// The job of a request that was checked.
pub(crate) fn new_job(request: Request) -> NewJob {
    let name = request.declaration.queue_name;
    NewJob::new(name, request.input, &request.start_after, &request.options)
}

fn due_in(request: &Request) -> Option<Duration> {
    match request.start_after {
        StartAfter::Now => Some(Duration::ZERO),
        StartAfter::In(after) => Some(after),
        _ => None,
    }
}

/// Waits until this process settles the job.
async fn heard_of(settled: &mut broadcast::Receiver<Arc<[Uuid]>>, job: &JobKey) {
    loop {
        match settled.recv().await {
            Ok(ids) if ids.contains(&job.id) => return,
            Ok(_) => {}
            Err(RecvError::Lagged(_)) => return,
            Err(RecvError::Closed) => std::future::pending().await,
        }
    }
}
