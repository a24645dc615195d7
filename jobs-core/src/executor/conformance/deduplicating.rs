//! Which jobs are duplicates of others.

use super::expect::{Acts, Checked, Exclusive, attempts, equal, to};
use super::{Capability, Checks, DELAY, Script, Subject};

impl<S: Subject, Make: AsyncFn() -> S> Checks<'_, Make> {
    pub(super) async fn deduplicating(&mut self) {
        let throttle = "a throttled job is stored once in each slot and key";
        self.check_of(Capability::Throttle, throttle, throttled)
            .await;
        let debounce = "a second debounced job is stored for the next slot";
        self.check_of(Capability::Throttle, debounce, debounced)
            .await;
        let exclusive = "an exclusive queue keeps one job of each key that has not ended";
        self.check_of(Capability::Policies, exclusive, one_of_a_key)
            .await;
    }
}

async fn throttled<S: Subject>(subject: &S) -> Checked {
    let [first, second, other, later] = [0, 1, 2, 3].map(Script::returning);
    let submission = || to::<Acts<S>>(subject).throttle(2 * DELAY);
    let stored = submission().submit(first).await?;
    let duplicate = submission().submit(second.clone()).await?;
    equal("the second is new", duplicate.is_new(), false)?;
    equal("the id of the second", duplicate.job_id, stored.job_id)?;
    let other = submission().singleton_key("other").submit(other).await?;
    equal("one of another key is new", other.is_new(), true)?;
    subject.run_due().await;
    attempts(&second, 0)?;
    subject.pass(2 * DELAY).await;
    equal(
        "one in the next slot is new",
        submission().submit(later).await?.is_new(),
        true,
    )
}

async fn debounced<S: Subject>(subject: &S) -> Checked {
    let scripts = [0, 1, 2].map(Script::returning);
    for (script, is_new) in scripts.iter().zip([true, true, false]) {
        let submission = to::<Acts<S>>(subject).debounce(2 * DELAY);
        let job = submission.submit(script.clone()).await?;
        equal("it is new", job.is_new(), is_new)?;
    }
    subject.run_due().await;
    attempts(&scripts[0], 1)?;
    attempts(&scripts[1], 0)?;
    // At most a slot, and a second into the next one.
    subject
        .pass(2 * DELAY + std::time::Duration::from_secs(1))
        .await;
    subject.run_due().await;
    attempts(&scripts[1], 1)?;
    attempts(&scripts[2], 0).map(drop)
}

async fn one_of_a_key<S: Subject>(subject: &S) -> Checked {
    let submission = || to::<Exclusive<S>>(subject).singleton_key("key");
    let first = submission()
        .delay(DELAY)
        .submit(Script::returning(0))
        .await?;
    let second = submission().submit(Script::returning(1)).await?;
    equal("the second is new", second.is_new(), false)?;
    equal("the id of the second", second.job_id, first.job_id)?;
    subject.pass(DELAY).await;
    subject.run_due().await;
    let third = submission().submit(Script::returning(2)).await?;
    equal(
        "one after the end of the first is new",
        third.is_new(),
        true,
    )
}
