//! How a job ends that does not complete.

use super::expect::{Acts, Buried, Checked, Declares, attempts, equal, failed, reason, to};
use super::{Checks, DELAY, Script, Step, Subject};
use crate::{ErrorKind, Job};

impl<S: Subject, Make: AsyncFn() -> S> Checks<'_, Make> {
    pub(super) async fn ending(&mut self) {
        self.check("a failure for good is not tried again", for_good)
            .await;
        self.check(
            "a job that failed for good is copied to its dead letter queue",
            dead_letter,
        )
        .await;
        self.check("a job can cancel itself", cancel).await;
    }
}

async fn for_good<S: Subject>(subject: &S) -> Checked {
    let script = Script::new([Step::FailForGood]);
    let job = to::<Acts<S>>(subject)
        .retry_limit(5)
        .submit(script.clone())
        .await?;
    subject.run_due().await;
    subject.pass(DELAY).await;
    subject.run_due().await;
    attempts(&script, 1)?;
    equal(
        "the failure",
        &*failed(&job).await?.message,
        "no more of this",
    )
}

async fn dead_letter<S: Subject>(subject: &S) -> Checked {
    let script = Script::new([Step::Fail]);
    let submission = to::<Declares<S>>(subject).singleton_key("key").priority(8);
    let job = submission.submit(script.clone()).await?;
    subject.run_due().await;
    subject.pass(DELAY).await;
    subject.run_due().await;
    failed(&job).await?;
    let [_, _, copy] = <[_; 3]>::try_from(attempts(&script, 3)?).map_err(|_| "no copy")?;
    equal("the queue of the copy", &*copy.name, Buried::<S>::NAME)?;
    equal("the copy has an id of its own", copy.id != job.job_id, true)?;
    equal("the attempt of the copy", copy.attempt, 1)?;
    equal("the priority of the copy", copy.priority, 8)?;
    equal(
        "the key of the copy",
        copy.singleton_key.as_deref(),
        Some("key"),
    )?;
    equal("the retry limit of the copy", copy.retry_limit, 2)
}

async fn cancel<S: Subject>(subject: &S) -> Checked {
    let script = Script::new([Step::Cancel]);
    let job = to::<Acts<S>>(subject).submit(script.clone()).await?;
    subject.run_due().await;
    attempts(&script, 1)?;
    let reason = reason(&job, ErrorKind::Cancelled).await?;
    equal("the reason", &*reason.message, "no longer wanted")
}
