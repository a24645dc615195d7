//! What a function sees, and what is kept of its output.

use serde_json::{Value, json};

use super::expect::{
    Acts, Batches, Blocks, Checked, Submits, attempts, completed, equal, failed, request, to,
};
use super::{Checks, Script, Step, Subject};
use crate::{Executor, Job, JobOptions, SubmittedJob};

impl<S: Subject, Make: AsyncFn() -> S> Checks<'_, Make> {
    pub(super) async fn running(&mut self) {
        self.check("outputs of every form are read back", outputs)
            .await;
        self.check("a function sees its job", context).await;
        self.check("a blocking function runs", blocking).await;
        self.check("each job of a batch has its own result", batches)
            .await;
        self.check("a panic is a failure", panics).await;
        self.check("a job that takes longer than its expiry fails", expires)
            .await;
        self.check(
            "an input that does not decode is a failed attempt",
            bad_input,
        )
        .await;
        self.check(
            "what a job submits goes to the executor that runs it",
            nested,
        )
        .await;
    }
}

async fn outputs<S: Subject>(subject: &S) -> Checked {
    let outputs = [
        Value::Null,
        json!(5),
        json!(0.1),
        json!(true),
        json!("text"),
        json!([1, 2]),
        json!({"a": 1}),
    ];
    let scripts = outputs.clone().map(Script::returning);
    let jobs = to::<Acts<S>>(subject).submit_many(scripts).await?;
    subject.run_due().await;
    for (job, output) in jobs.iter().zip(outputs) {
        completed(job, output).await?;
    }
    Ok(())
}

async fn context<S: Subject>(subject: &S) -> Checked {
    let script = Script::returning(0);
    let submission = to::<Acts<S>>(subject)
        .singleton_key("key")
        .retry_limit(4)
        .priority(-2);
    let submitted = submission.submit(script.clone()).await?;
    subject.run_due().await;
    let job = attempts(&script, 1)?.remove(0);
    equal("id", job.id, submitted.job_id)?;
    equal("name", &*job.name, Acts::<S>::NAME)?;
    equal("attempt", job.attempt, 1)?;
    equal("retry_limit", job.retry_limit, 4)?;
    equal("priority", job.priority, -2)?;
    equal("singleton_key", job.singleton_key.as_deref(), Some("key"))?;
    equal(
        "created, due and begun in this order",
        job.created_on <= job.start_after && job.start_after <= job.started_on,
        true,
    )
}

async fn blocking<S: Subject>(subject: &S) -> Checked {
    let scripts = [
        Script::returning("done"),
        Script::new([Step::FailForGood]),
        Script::new([Step::Panic]),
    ];
    let submission = to::<Blocks<S>>(subject).retry_limit(0);
    let jobs = submission.submit_many(scripts).await?;
    subject.run_due().await;
    completed(&jobs[0], json!("done")).await?;
    equal(
        "the failure",
        &*failed(&jobs[1]).await?.message,
        "no more of this",
    )?;
    equal(
        "the panic",
        &*failed(&jobs[2]).await?.message,
        "out of words",
    )
}

async fn batches<S: Subject>(subject: &S) -> Checked {
    let scripts = [
        Script::returning(0),
        Script::new([Step::FailForGood]),
        Script::returning(2),
    ];
    let jobs = to::<Batches<S>>(subject)
        .submit_many(scripts.clone())
        .await?;
    subject.run_due().await;
    completed(&jobs[0], json!(0)).await?;
    equal(
        "the failure",
        &*failed(&jobs[1]).await?.message,
        "no more of this",
    )?;
    completed(&jobs[2], json!(2)).await?;
    for (script, job) in scripts.iter().zip(&jobs) {
        equal(
            "the job of the input",
            attempts(script, 1)?.remove(0).id,
            job.job_id,
        )?;
    }
    Ok(())
}

async fn panics<S: Subject>(subject: &S) -> Checked {
    let submission = to::<Acts<S>>(subject).retry_limit(0);
    let job = submission.submit(Script::new([Step::Panic])).await?;
    subject.run_due().await;
    let failure = failed(&job).await?;
    equal(
        "the failure",
        (&*failure.name, &*failure.message),
        ("Panic", "out of words"),
    )
}

async fn expires<S: Subject>(subject: &S) -> Checked {
    let submission = to::<Acts<S>>(subject).retry_limit(0).expire_in(1);
    let job = submission.submit(Script::new([Step::Hang])).await?;
    subject.run_due().await;
    equal("the failure", &*failed(&job).await?.name, "Timeout")
}

async fn bad_input<S: Subject>(subject: &S) -> Checked {
    let mut request = request::<Acts<S>>(&Script::returning(0), JobOptions::new().retry_limit(1))?;
    request.input = Some(json!({"tag": "none", "steps": []}).to_string());
    let stored = subject.executor().submit(vec![request]).await?;
    // Whether there is another attempt, and when, is a rule of dispatch.
    for _ in 0..6 {
        subject.run_due().await;
        subject.pass(super::DELAY).await;
    }
    subject.run_due().await;
    let id = stored.first().ok_or("there is no receipt")?.id;
    let job = SubmittedJob::<Acts<S>>::track(id).on(subject.executor());
    let failure = failed(&job).await?;
    equal("the failure", &*failure.name, "BadInput")?;
    equal(
        "it names the field",
        failure.message.contains("`tag`"),
        true,
    )
}

async fn nested<S: Subject>(subject: &S) -> Checked {
    let script = Script::returning("nested");
    let parent = to::<Submits<S>>(subject).submit(script.clone()).await?;
    subject.run_due().await;
    let id = parent.output().await?;
    equal("the job that ran", attempts(&script, 1)?.remove(0).id, id)?;
    let job = SubmittedJob::<Acts<S>>::track(id).on(subject.executor());
    completed(&job, json!("nested")).await
}
