//! Jobs of an executor that a unit test cannot reach, in memory.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::convert::Infallible;

use jobs_core::executor::dispatch;
use jobs_core::executor::{
    Cancellation, Enqueued, Extensions, JobEnd, JobKey, Outcome, Registry, Request, Run,
};
use jobs_core::testing::assert_submitted;
use jobs_core::{Context, Error, ErrorKind, Executor, Job, JobError, JobInfo, Memory, job};
use uuid::Uuid;

/// An executor whose storage is far away.
#[derive(Clone)]
struct Remote;

impl Executor for Remote {
    const NAME: &'static str = "Remote";
    type Connection = Infallible;

    async fn submit(&self, _: Vec<Request>) -> Result<Vec<Enqueued>, Error> {
        Err(Error::new(ErrorKind::Unavailable, "it is far away"))
    }

    async fn submit_in(
        &self,
        connection: &mut Infallible,
        _: Vec<Request>,
    ) -> Result<Vec<Enqueued>, Error> {
        match *connection {}
    }

    async fn end_of(&self, _: &JobKey) -> Result<JobEnd, Error> {
        Err(Error::new(ErrorKind::Unavailable, "it is far away"))
    }
}

/// What the jobs ask for.
struct Price(u32);

#[job(executor = Remote)]
async fn bill(items: u32, ctx: Context<Bill>) -> Result<u32, JobError> {
    Ok(items * ctx.app::<Price>().0)
}

#[job(executor = Remote, blocking)]
fn bill_blocking(items: u32, ctx: Context<BillBlocking>) -> u32 {
    items * ctx.app::<Price>().0
}

#[job(executor = Remote, worker(batch = 5))]
async fn bill_all(items: Vec<u32>, ctx: Context<BillAll>) -> Vec<Result<u32, JobError>> {
    let Price(price) = ctx.app::<Price>();
    items.into_iter().map(|item| Ok(item * price)).collect()
}

#[job(executor = Remote, options(dead_letter = Refused, retry_limit = 0))]
async fn order(items: u32) -> Result<(), JobError> {
    match items {
        0 => Err("nothing was ordered")?,
        items => Bill::submit(items).await?,
    };
    Ok(())
}

#[job(executor = Remote)]
async fn refused(_: u32) {}

#[job(executor = Remote)]
async fn asks_its_executor(ctx: Context<AsksItsExecutor>) {
    let Remote = ctx.executor();
}

#[tokio::test]
async fn a_job_of_another_executor_runs_in_memory() {
    let memory = Memory::new().provide(Price(5));
    let job = memory.scope(Bill::submit(3)).await.unwrap();
    assert_eq!(job.executor_name, "Memory");
    assert_eq!(memory.drain().await.unwrap().len(), 1);
    assert_eq!(job.output().await.unwrap(), 15);
    let followed = memory
        .scope(async { Bill::track(job.job_id).output().await })
        .await;
    assert_eq!(followed.unwrap(), 15);
}

#[tokio::test]
async fn what_a_job_in_memory_submits_stays_in_memory() {
    let memory = Memory::new().provide(Price(5));
    memory.scope(Order::submit(2)).await.unwrap();
    let ran = memory.drain().await.unwrap();
    let names: Vec<_> = ran.iter().map(|ran| &*ran.name).collect();
    assert_eq!(names, ["order", "bill"]);
    assert_submitted::<Bill>(&memory, |items| *items == 2).await;
}

#[tokio::test]
async fn a_dead_letter_queue_is_one_of_the_same_executor() {
    let memory = Memory::new();
    memory.scope(Order::submit(0)).await.unwrap();
    memory.drain().await.unwrap();
    assert_submitted::<Refused>(&memory, |items| *items == 0).await;
}

#[tokio::test]
async fn an_executor_that_is_named_takes_its_own_jobs() {
    let memory = Memory::new();
    let submit = Bill::delay(0).on(&Remote).submit(1);
    let error = memory.scope(submit).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unavailable);
    assert_eq!(
        Bill::submit(1).await.unwrap_err().kind(),
        ErrorKind::NoExecutor
    );
}

#[tokio::test]
async fn what_only_the_own_executor_can_do_is_an_error_in_memory() {
    let memory = Memory::new().provide(Price(5));
    let job = memory.scope(Bill::submit(1)).await.unwrap();
    let error = job.executor().err().unwrap();
    assert_eq!(
        error.to_string(),
        "the jobs of Remote are kept by Memory here, which cannot do this"
    );
    memory.scope(AsksItsExecutor::submit(())).await.unwrap();
    let ran = memory.drain().await.unwrap();
    let failed = ran.iter().find(|ran| ran.name == AsksItsExecutor::NAME);
    let output = failed.and_then(|ran| ran.output.clone()).unwrap();
    assert_eq!(
        output["message"],
        "the job runs in memory, where there is no executor Remote"
    );
}

#[tokio::test]
async fn a_function_is_called_with_a_context_of_the_tests_own() {
    let memory = Memory::new().provide(Price(5));
    let mut ctx = memory.context::<Bill>().unwrap();
    assert_eq!((&*ctx.job.name, ctx.job.attempt), ("bill", 1));
    ctx.job.attempt = 3;
    assert_eq!(bill(2, ctx).await.unwrap(), 10);
}

/// Runs one attempt on the executor of the job.
async fn run<J: Job<Executor = Remote>>(provided: Extensions) -> Outcome {
    let registry = Registry::linked::<Remote>().unwrap();
    let info = JobInfo::new(Uuid::now_v7(), J::NAME.into(), Memory::new().now());
    let run = Run::new(Remote, info, Some("3".into()), provided);
    dispatch(registry.find(J::NAME).unwrap(), run).await
}

#[tokio::test]
async fn a_job_that_asks_for_a_missing_value_waits_and_its_attempt_is_not_counted() {
    let outcomes = [
        run::<Bill>(Extensions::default()).await,
        run::<BillBlocking>(Extensions::default()).await,
        run::<BillAll>(Extensions::default()).await,
    ];
    for outcome in outcomes {
        let Outcome::NotProvided(failure) = outcome else {
            panic!("{outcome:?}");
        };
        let message = "Price` was provided; add `.provide(value)`";
        assert!(failure.message.contains(message), "{failure}");
    }
    let provided = Extensions::default().with(Price(5));
    let done = Outcome::Done(Some("{\"value\":15}".into()));
    assert_eq!(run::<BillAll>(provided).await, done);
}

#[job(executor = Remote)]
async fn watches(ctx: Context<Watches>) {
    ctx.cancelled().await;
}

#[tokio::test]
async fn what_a_function_returns_after_it_was_cancelled_is_not_an_outcome() {
    let cancellation = Cancellation::default();
    let info = JobInfo::new(Uuid::now_v7(), Watches::NAME.into(), chrono::Utc::now());
    let run = Run::new(Remote, info, None, Extensions::default());
    let registry = Registry::linked::<Remote>().unwrap();
    cancellation.cancel();
    let run = run.cancelled_by(cancellation);
    let outcome = dispatch(registry.find(Watches::NAME).unwrap(), run).await;
    assert_eq!(outcome, Outcome::Lost);
}

#[tokio::test]
#[should_panic(expected = "Price` was provided; add `.provide(value)`")]
async fn a_function_called_by_a_test_panics_for_a_missing_value() {
    let ctx = Memory::new().context::<Bill>().unwrap();
    let _ = bill(1, ctx).await;
}
