//! The job that sends on what the cron_scheduler, ours or Node's, has filed.

use std::sync::OnceLock;

use jobs_core::executor::{Declaration, Extensions, SourceLocation};
use jobs_core::private::{Registered, run_async};
use jobs_core::{Context, Error, ErrorKind, Job, JobError, JobOptions, StartAfter};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use serde_json::{Map, Value};
use uuid::Uuid;

use crate::PgBoss;
use crate::store::NewJob;

/// One occurrence of a schedule, as it is filed. Old versions of pg-boss leave out the key.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Occurrence {
    name: String,
    key: Option<String>,
    // As text: numbers keep every digit.
    data: Option<Box<RawValue>>,
    options: Option<Map<String, Value>>,
}

/// The job of the queue that occurrences are filed in.
struct CronForwarder;

static REGISTERED: Registered =
    Registered::new::<CronForwarder>(|run| run_async::<CronForwarder, _, _>(run, forward));

/// What works the queue that occurrences are filed in.
pub(crate) fn cron_forwarder() -> &'static Registered {
    &REGISTERED
}

impl Job for CronForwarder {
    type Input = Occurrence;
    type Output = ();
    type Executor = PgBoss;
    type Entities = ();

    const NAME: &'static str = "__pgboss__send-it";

    fn declaration() -> &'static Declaration {
        static DECLARATION: OnceLock<Declaration> = OnceLock::new();
        DECLARATION.get_or_init(|| {
            let place = SourceLocation {
                file: file!(),
                line: line!(),
            };
            let mut declaration = Declaration::new(Self::NAME, place);
            declaration.worker.concurrency = Some(10);
            declaration
        })
    }

    fn entities(_: &Extensions) -> Result<(), Error> {
        Ok(())
    }
}

async fn forward(occurrence: Occurrence, context: Context<CronForwarder>) -> Result<(), JobError> {
    let sent = send(&occurrence, &context).await;
    if let Err(error) = &sent {
        // No process waits for the output of this job.
        tracing::warn!(
            queue = %occurrence.name, key = occurrence.key.as_deref(), ?error,
            "a schedule is due, and its job could not be submitted"
        );
    }
    sent.map_err(|error| match error.kind() {
        // Another attempt would come to the same.
        ErrorKind::BadInput | ErrorKind::NotFound | ErrorKind::Refused => JobError::fail(error),
        _ => JobError::from(error),
    })
}

async fn send(occurrence: &Occurrence, context: &Context<CronForwarder>) -> Result<(), Error> {
    let options = occurrence.options.clone().unwrap_or_default();
    let options = JobOptions::from_foreign(&options)?;
    options.check()?;
    let doing = format!(
        "submit the job of a schedule to queue `{}`",
        occurrence.name
    );
    let job = job_of(occurrence, options, context.job.id);
    let key = occurrence.key.clone().unwrap_or_default();
    let forward = context.executor().enqueue_of_schedule(doing, job, key);
    forward.await.map(drop)
}

/// The job of a tick. It has the tick's id, so that a second attempt at the tick does not make a second job.
pub(super) fn job_of(occurrence: &Occurrence, options: JobOptions, tick: Uuid) -> NewJob {
    let values = options.values();
    let start_after = values.start_after.clone().unwrap_or(StartAfter::Now);
    let id = values.id.unwrap_or(tick);
    let data = occurrence.data.as_ref().map(|data| data.get().to_owned());
    NewJob::new(&occurrence.name, data, &start_after, &options.id(id))
}
