//! Operations of `PgBoss` on a job that is about to be submitted, beside storing it.

use std::future::Future;

use jobs_core::executor::{Enqueued, Request};
use jobs_core::{Error, Job, Submission, SubmittedJob};

use crate::PgBoss;
use crate::executor::new_job;
use crate::sealed::Sealed;
use crate::store::{Match, Target, Upsert};
use pg_boss::validate::bad_input;

/// Adds the operations of [`PgBoss`] to submissions of its jobs. Only this crate implements it.
pub trait PgBossSubmission<J: Job>: Sealed {
    /// Changes the waiting job with this id or singleton key (the newest with that key), or stores a new one if there is none. If
    /// several processes do so at once for one key, one job waits. The job then has this input and due time, and the options of the
    /// submission and the attribute.
    ///
    /// ```no_run
    /// # use jobs_pg::prelude::*;
    /// #[job(executor = PgBoss)]
    /// async fn index_document(id: u32) {}
    ///
    /// # async fn example() -> Result<(), jobs_pg::Error> {
    /// let job = IndexDocument::delay(60).singleton_key("7").upsert(7).await?;
    /// println!("{}", job.is_new());
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// As [`submit`](Submission::submit); and [`BadInput`](jobs_core::ErrorKind::BadInput) without an id and a singleton key.
    fn upsert(self, input: J::Input)
    -> impl Future<Output = Result<SubmittedJob<J>, Error>> + Send;
}

impl<J: Job<Executor = PgBoss>> PgBossSubmission<J> for Submission<J> {
    async fn upsert(self, input: J::Input) -> Result<SubmittedJob<J>, Error> {
        let (boss, request) = self.into_request(input)?;
        let receipt = boss.upsert_request(request).await?;
        Ok(SubmittedJob::stored(boss, receipt))
    }
}

impl PgBoss {
    async fn upsert_request(&self, request: Request) -> Result<Enqueued, Error> {
        let request = self.prepare_request(request)?;
        let target = target(&request)?;
        let declaration = request.declaration;
        let mut options = request.options.values().clone();
        options.start_after = Some(request.start_after.clone());
        let upsert = Upsert {
            target,
            // Null is an input too.
            data: Some(request.input.clone().unwrap_or_else(|| "null".to_owned())),
            options,
            job: new_job(request),
        };
        let doing = format!("upsert job `{}`", declaration.name);
        self.provide([declaration]).await?;
        let upserted = self
            .upsert_job(doing.clone(), declaration.queue_name, Some(upsert))
            .await?;
        let id = upserted.jobs.into_iter().next();
        let id = id.ok_or_else(|| {
            let message = format!(
                "cannot {doing}: it conflicts with another job, which is not waiting any more"
            );
            Error::new(jobs_core::ErrorKind::Refused, message)
        })?;
        Ok(Enqueued {
            id,
            is_new: upserted.inserted,
        })
    }
}

fn target(request: &Request) -> Result<Target, Error> {
    let options = request.options.values();
    match (options.id, &options.singleton_key) {
        (Some(id), _) => Ok(Target::Id(id)),
        (None, Some(key)) => Ok(Target::Key(key.clone(), Match::Newest)),
        (None, None) => Err(bad_input(format!(
            "an upsert of job `{}` needs to know which: write `.singleton_key(\"...\")` or `.id(...)`",
            request.declaration.name
        ))),
    }
}
