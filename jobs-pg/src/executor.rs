//! What `jobs-core` asks of an executor.

use std::sync::Arc;
use std::time::Duration;

use jobs_core::{
    Declaration, End, Error, Executor, JobKey, QueuePolicy, Receipt, Request, StartAfter,
};
use sqlx::PgConnection;
use tokio::sync::broadcast::{self, error::RecvError};
use tokio::time::{Instant, sleep};
use uuid::Uuid;

use crate::error::{cannot, is_foreign_key_violation, is_transient};
use crate::given::{check_input, check_key, refused};
use crate::store::{NewJob, Store, bounded};
use crate::{PG_BOSS_EXECUTOR_NAME, PgBoss};

/// How long one who waits for a job's end puts up with a database that is away.
const PATIENCE: Duration = Duration::from_secs(30);
const FIRST_LOOK: Duration = Duration::from_millis(20);
const LAST_LOOK: Duration = Duration::from_millis(500);

impl Executor for PgBoss {
    const NAME: &'static str = PG_BOSS_EXECUTOR_NAME;
    type Connection = PgConnection;

    async fn submit(&self, requests: Vec<Request>) -> Result<Vec<Receipt>, Error> {
        let (store, due) = self.ready(&requests).await?;
        let doing = doing(&requests);
        let declarations: Vec<_> = requests.iter().map(|request| request.declaration).collect();
        let jobs: Vec<NewJob> = requests.into_iter().map(NewJob::from).collect();
        let mut stored = bounded(insert(store, &jobs)).await;
        if stored.as_ref().is_err_and(is_foreign_key_violation) {
            // Somebody deleted a queue that this process had seen.
            self.forget_queues();
            self.queues_of(store, declarations).await?;
            stored = bounded(insert(store, &jobs)).await;
        }
        let receipts = stored.map_err(cannot(doing))?;
        self.wake(due);
        Ok(receipts)
    }

    async fn submit_in(
        &self,
        connection: &mut PgConnection,
        requests: Vec<Request>,
    ) -> Result<Vec<Receipt>, Error> {
        let (store, _) = self.ready(&requests).await?;
        let doing = doing(&requests);
        // Whether it is committed, and when, only `NOTIFY` and the producer's own looks can tell.
        let jobs: Vec<NewJob> = requests.into_iter().map(NewJob::from).collect();
        let stored = bounded(async {
            store.obey_within(connection).await?;
            store.insert(connection, &jobs).await
        });
        stored.await.map_err(cannot(doing))
    }

    async fn end_of(&self, job: &JobKey) -> Result<End, Error> {
        let store = self.store().await?;
        let mut settled = self.settled().subscribe();
        let mut pause = FIRST_LOOK;
        let mut away_since = None;
        loop {
            match bounded(store.find_end(job)).await {
                Ok(None) => return Ok(End::Deleted),
                Ok(Some((state, output))) => match state.as_str() {
                    "completed" => return Ok(End::Completed(output)),
                    "failed" => return Ok(End::Failed(output)),
                    "cancelled" => return Ok(End::Cancelled(output)),
                    _ => away_since = None,
                },
                Err(error) => {
                    let since = *away_since.get_or_insert_with(Instant::now);
                    if !is_transient(&error) || since.elapsed() > PATIENCE {
                        let JobKey { name, id } = job;
                        return Err(cannot(format!("wait for job {id} in queue `{name}`"))(
                            error,
                        ));
                    }
                }
            }
            tokio::select! {
                () = heard_of(&mut settled, job) => {}
                () = sleep(pause) => pause = (pause * 2).min(LAST_LOOK),
            }
        }
    }
}

impl PgBoss {
    /// Checks the requests, and has schema and queues stand. Answers too how soon the first of the jobs is due.
    pub(crate) async fn ready(
        &self,
        requests: &[Request],
    ) -> Result<(&Store, Option<Duration>), Error> {
        for request in requests {
            self.check(request)?;
        }
        let store = self.store().await?;
        self.queues_of(store, requests.iter().map(|request| request.declaration))
            .await?;
        Ok((store, requests.iter().filter_map(due_in).min()))
    }

    fn check(&self, request: &Request) -> Result<(), Error> {
        let Declaration { name, queue, .. } = request.declaration;
        let options = request.options.values();
        let what = format!("the input of job `{name}`");
        check_input(
            &what,
            request.input.as_deref(),
            self.settings().max_input_bytes,
        )?;
        check_key(options)?;
        match (queue.policy, &options.singleton_key) {
            (Some(QueuePolicy::KeyStrictFifo), None) => Err(refused(format!(
                "job `{name}` needs a key, as its queue keeps the order of each key; write `.singleton_key(\"...\")`"
            ))),
            _ => Ok(()),
        }
    }

    fn wake(&self, due: Option<Duration>) {
        match due {
            Some(Duration::ZERO) => self.doorbell().ring(),
            Some(after) => self.doorbell().ring_after(after),
            None => {}
        }
    }
}

async fn insert(store: &Store, jobs: &[NewJob]) -> sqlx::Result<Vec<Receipt>> {
    let mut connection = store.pool().acquire().await?;
    store.insert(&mut connection, jobs).await
}

fn doing(requests: &[Request]) -> String {
    match requests {
        [one] => format!("submit job `{}`", one.declaration.name),
        many => format!("submit {} jobs", many.len()),
    }
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
