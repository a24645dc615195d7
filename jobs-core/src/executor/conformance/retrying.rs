//! When a failed attempt is followed by another.

use std::time::Duration;

use serde_json::json;

use super::expect::{Acts, Checked, attempts, completed, equal, failed, to, waited};
use super::{Checks, DELAY, Script, Step, Subject};

impl<S: Subject, Make: AsyncFn() -> S> Checks<'_, Make> {
    pub(super) async fn retrying(&mut self) {
        self.check(
            "a failed attempt is followed by another after the retry delay",
            retry,
        )
        .await;
        self.check(
            "the last attempt is the one that the retry limit allows",
            limit,
        )
        .await;
        self.check(
            "a growing retry delay starts with at most twice its length",
            backoff,
        )
        .await;
        self.check("a growing retry delay is bounded by the longest", longest)
            .await;
        self.check("an attempt can say when the next one is due", retry_in)
            .await;
        self.check("a snooze is not counted as an attempt", snooze)
            .await;
    }
}

async fn retry<S: Subject>(subject: &S) -> Checked {
    let script = Script::new([Step::Fail, Step::Panic, Step::Return(json!("third"))]);
    let submission = to::<Acts<S>>(subject).retry_limit(2).retry_delay(DELAY);
    let job = submission.submit(script.clone()).await?;
    for number in 1..=3 {
        subject.run_due().await;
        attempts(&script, number)?;
        subject.pass(DELAY).await;
    }
    let attempts = attempts(&script, 3)?;
    let numbers: Vec<_> = attempts.iter().map(|job| job.attempt).collect();
    equal("the numbers of the attempts", numbers, vec![1, 2, 3])?;
    waited(&attempts[..2], DELAY)?;
    waited(&attempts[1..], DELAY)?;
    completed(&job, json!("third")).await
}

async fn limit<S: Subject>(subject: &S) -> Checked {
    let script = Script::new([Step::Fail]);
    let job = to::<Acts<S>>(subject)
        .retry_limit(1)
        .submit(script.clone())
        .await?;
    subject.run_due().await;
    subject.pass(DELAY).await;
    subject.run_due().await;
    attempts(&script, 2)?;
    let failure = failed(&job).await?;
    equal(
        "the failure",
        &*failure.message,
        "invalid digit found in string",
    )
}

async fn backoff<S: Subject>(subject: &S) -> Checked {
    let script = Script::new([Step::Fail]);
    let submission = to::<Acts<S>>(subject)
        .retry_limit(1)
        .retry_delay(DELAY)
        .retry_backoff(true);
    submission.submit(script.clone()).await?;
    subject.run_due().await;
    attempts(&script, 1)?;
    subject.pass(2 * DELAY).await;
    subject.run_due().await;
    // From one delay to two, by chance, or always two.
    let attempts = attempts(&script, 2)?;
    waited(&attempts, DELAY).or_else(|_| waited(&attempts, 2 * DELAY))
}

async fn longest<S: Subject>(subject: &S) -> Checked {
    let script = Script::new([Step::Fail]);
    let growing = to::<Acts<S>>(subject).retry_limit(1).retry_backoff(true);
    let submission = growing
        .retry_delay(Duration::from_secs(3600))
        .retry_delay_max(DELAY);
    submission.submit(script.clone()).await?;
    subject.run_due().await;
    subject.pass(DELAY).await;
    subject.run_due().await;
    waited(&attempts(&script, 2)?, DELAY)
}

async fn retry_in<S: Subject>(subject: &S) -> Checked {
    let script = Script::new([Step::RetryIn(DELAY), Step::Return(json!("second"))]);
    let submission = to::<Acts<S>>(subject).retry_delay(Duration::from_secs(3600));
    let job = submission.submit(script.clone()).await?;
    subject.run_due().await;
    attempts(&script, 1)?;
    subject.pass(DELAY).await;
    subject.run_due().await;
    waited(&attempts(&script, 2)?, DELAY)?;
    completed(&job, json!("second")).await
}

async fn snooze<S: Subject>(subject: &S) -> Checked {
    let script = Script::new([Step::Snooze(DELAY), Step::Return(json!("awake"))]);
    let job = to::<Acts<S>>(subject)
        .retry_limit(0)
        .submit(script.clone())
        .await?;
    subject.run_due().await;
    attempts(&script, 1)?;
    subject.pass(DELAY).await;
    subject.run_due().await;
    let attempts = attempts(&script, 2)?;
    equal(
        "the numbers of the attempts",
        (attempts[0].attempt, attempts[1].attempt),
        (1, 1),
    )?;
    waited(&attempts, DELAY)?;
    completed(&job, json!("awake")).await
}
