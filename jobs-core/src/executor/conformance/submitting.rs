//! What a submission stores.

use std::time::Duration;

use serde_json::json;
use uuid::Uuid;

use super::expect::{
    Acts, Checked, Declares, attempts, completed, equal, lasts, name_of, request, to,
};
use super::{Capability, Checks, DELAY, Script, Step, Subject};
use crate::{ErrorKind, Executor, Job, JobEnd, JobKey, JobOptions, Submission, SubmittedJob};

impl<S: Subject, Make: AsyncFn() -> S> Checks<'_, Make> {
    pub(super) async fn submitting(&mut self) {
        self.check(
            "receipts come in the order of the requests",
            receipts_in_order,
        )
        .await;
        self.check("all requests are stored, or none", all_or_none)
            .await;
        self.check("a job has the default options", default_options)
            .await;
        self.check(
            "an option of the submission wins over the job's",
            merged_options,
        )
        .await;
        let name = "an option of the job wins over the queue's";
        self.check_of(Capability::QueueOptions, name, options_of_the_queue)
            .await;
        self.check("a delayed job runs when it is due", delayed)
            .await;
        self.check("a job of higher priority runs first", priority)
            .await;
        self.check("an id is unique within its queue", unique_id)
            .await;
        self.check("a job that is not there is deleted", not_there)
            .await;
        self.check("a submission goes to the executor of its scope", scope)
            .await;
    }
}

async fn receipts_in_order<S: Subject>(subject: &S) -> Checked {
    let scripts = [0, 1, 2].map(Script::returning);
    let jobs = to::<Acts<S>>(subject).submit_many(scripts).await?;
    equal("receipts", jobs.len(), 3)?;
    subject.run_due().await;
    for (output, job) in jobs.iter().enumerate() {
        equal("it is new", job.is_new(), true)?;
        completed(job, json!(output)).await?;
    }
    Ok(())
}

async fn all_or_none<S: Subject>(subject: &S) -> Checked {
    let [good, bad] = [0, 1].map(Script::returning);
    let requests = vec![
        request::<Acts<S>>(&good, JobOptions::new())?,
        request::<Acts<S>>(&bad, JobOptions::new().expire_in(0))?,
    ];
    let refused = subject.executor().submit(requests).await.err();
    equal(
        "the error",
        refused.map(|error| error.kind()),
        Some(ErrorKind::BadInput),
    )?;
    subject.run_due().await;
    attempts(&good, 0).map(drop)
}

async fn default_options<S: Subject>(subject: &S) -> Checked {
    let script = Script::returning(0);
    to::<Acts<S>>(subject).submit(script.clone()).await?;
    subject.run_due().await;
    let job = attempts(&script, 1)?.remove(0);
    equal("retry_limit", job.retry_limit, 2)?;
    equal("priority", job.priority, 0)?;
    equal("expire_in", job.expire_in, Duration::from_secs(900))
}

async fn merged_options<S: Subject>(subject: &S) -> Checked {
    let script = Script::returning(0);
    let submission = to::<Declares<S>>(subject).retry_limit(7);
    let options = JobOptions::new().retry_limit(4);
    submission.submit_with(script.clone(), options).await?;
    subject.run_due().await;
    let job = attempts(&script, 1)?.remove(0);
    equal("retry_limit, given at submit", job.retry_limit, 4)?;
    equal("priority, which the job states", job.priority, 3)?;
    equal(
        "expire_in, which the job states",
        job.expire_in,
        Duration::from_secs(90),
    )
}

async fn options_of_the_queue<S: Subject>(subject: &S) -> Checked {
    for queue in [Acts::<S>::NAME, Declares::<S>::NAME] {
        subject.set_retry_limit_of_queue(queue, 6).await;
    }
    let [plain, declared] = [0, 1].map(Script::returning);
    to::<Acts<S>>(subject).submit(plain.clone()).await?;
    to::<Declares<S>>(subject).submit(declared.clone()).await?;
    subject.run_due().await;
    let of_the_queue = attempts(&plain, 1)?.remove(0).retry_limit;
    equal("retry_limit, which only the queue states", of_the_queue, 6)?;
    let of_the_job = attempts(&declared, 1)?.remove(0).retry_limit;
    equal("retry_limit, which the job states", of_the_job, 1)
}

async fn delayed<S: Subject>(subject: &S) -> Checked {
    let script = Script::returning(0);
    let submission = to::<Acts<S>>(subject).delay(DELAY);
    submission.submit(script.clone()).await?;
    subject.run_due().await;
    attempts(&script, 0)?;
    subject.pass(DELAY).await;
    subject.run_due().await;
    let job = attempts(&script, 1)?.remove(0);
    lasts("the delay", job.start_after - job.created_on, DELAY)?;
    equal(
        "begun when it is due",
        job.started_on >= job.start_after,
        true,
    )
}

async fn priority<S: Subject>(subject: &S) -> Checked {
    let script = Script::returning(0);
    let of = |priority| request::<Declares<S>>(&script, JobOptions::new().priority(priority));
    subject
        .executor()
        .submit(vec![of(-1)?, of(9)?, of(0)?])
        .await?;
    subject.run_due().await;
    let begun: Vec<_> = attempts(&script, 3)?
        .iter()
        .map(|job| job.priority)
        .collect();
    equal("the order", begun, vec![9, 0, -1])
}

async fn unique_id<S: Subject>(subject: &S) -> Checked {
    let scripts = [0, 1].map(Script::returning);
    let id = Uuid::new_v4();
    for (script, is_new) in scripts.iter().zip([true, false]) {
        let job = to::<Acts<S>>(subject).id(id).submit(script.clone()).await?;
        equal(
            "the id and whether it is new",
            (job.job_id, job.is_new()),
            (id, is_new),
        )?;
    }
    subject.run_due().await;
    attempts(&scripts[0], 1)?;
    attempts(&scripts[1], 0).map(drop)
}

async fn not_there<S: Subject>(subject: &S) -> Checked {
    let key = JobKey {
        name: Acts::<S>::NAME.into(),
        id: Uuid::new_v4(),
    };
    equal(
        "the end",
        subject.executor().end_of(&key).await?,
        JobEnd::Deleted,
    )
}

async fn scope<S: Subject>(subject: &S) -> Checked {
    let executor = subject.executor().clone();
    let submission = Submission::<Acts<S>>::new().submit(Script::new([Step::Return(json!(1))]));
    let job = crate::scope(executor, submission).await?;
    equal(
        "the name of the executor",
        job.executor_name,
        name_of::<S>(),
    )?;
    subject.run_due().await;
    let job = SubmittedJob::<Acts<S>>::track(job.job_id).on(subject.executor());
    completed(&job, json!(1)).await
}
