//! W9: stopping burns no attempt.

use std::time::Duration;

use jobs_pg::JobState;
use jobs_pg::prelude::*;
use tests::{BOUND, Database};
use tokio::sync::mpsc;
use tokio::time::timeout;

use super::{only, output_of};

/// Waits for ever on its first run, which the application hears of.
#[job(executor = PgBoss, options(retry_limit = 0))]
async fn stopping_takes_long(ctx: Context<StoppingTakesLong>) -> u32 {
    if let Some(began) = ctx.app::<Option<mpsc::UnboundedSender<()>>>() {
        began.send(()).unwrap();
        std::future::pending::<()>().await;
    }
    ctx.job.attempt
}

#[tokio::test]
async fn w9_a_job_that_outlasts_the_stop_goes_back_without_an_attempt_counted() {
    let database = Database::new().await;
    let (begin, mut began) = mpsc::unbounded_channel::<()>();
    let boss = only::<StoppingTakesLong>(&database)
        .stop_timeout(Duration::from_secs(8))
        .provide(Some(begin));
    let boss = boss.connect().await.unwrap();
    boss.start().await.unwrap();
    let job = StoppingTakesLong::run_now()
        .on(&boss)
        .submit(())
        .await
        .unwrap();
    timeout(BOUND, began.recv()).await.unwrap().unwrap();
    boss.stop().await.unwrap();
    let row = job.pg_boss().details().await.unwrap();
    assert_eq!(
        (row.state, row.retry_count, row.started_on),
        (JobState::Created, 0, None)
    );

    // With no attempt to spare, another process runs it as if for the first time.
    let other = only::<StoppingTakesLong>(&database)
        .provide(None::<mpsc::UnboundedSender<()>>)
        .connect()
        .await
        .unwrap();
    other.start().await.unwrap();
    assert_eq!(output_of(&job).await.unwrap(), 1);
    other.stop().await.unwrap();
}

/// Works until the executor stops, and returns what it has by then.
#[job(executor = PgBoss)]
async fn stopping_is_seen(ctx: Context<StoppingIsSeen>) -> bool {
    ctx.app::<mpsc::UnboundedSender<()>>().send(()).unwrap();
    ctx.stopping().await;
    ctx.is_stopping() && !ctx.is_cancelled()
}

#[tokio::test]
async fn w9_a_long_job_sees_that_the_executor_stops_and_can_end() {
    let database = Database::new().await;
    let (begin, mut began) = mpsc::unbounded_channel::<()>();
    let boss = only::<StoppingIsSeen>(&database).provide(begin);
    let boss = boss.connect().await.unwrap();
    boss.start().await.unwrap();
    let job = StoppingIsSeen::run_now().on(&boss);
    let job = job.submit(()).await.unwrap();
    timeout(BOUND, began.recv()).await.unwrap().unwrap();
    boss.stop().await.unwrap();
    assert!(output_of(&job).await.unwrap());
}

#[job(executor = PgBoss)]
async fn stopping_ends_in_time(waits: bool, ctx: Context<StoppingEndsInTime>) -> u32 {
    ctx.app::<mpsc::UnboundedSender<()>>().send(()).unwrap();
    if waits {
        ctx.stopping().await;
    }
    ctx.job.attempt
}

#[tokio::test]
async fn w9_a_job_that_ends_while_the_executor_stops_is_settled() {
    let database = Database::new().await;
    let (begin, mut began) = mpsc::unbounded_channel::<()>();
    let boss = only::<StoppingEndsInTime>(&database)
        .provide(begin)
        .connect()
        .await
        .unwrap();
    boss.start().await.unwrap();
    let job = StoppingEndsInTime::run_now()
        .on(&boss)
        .submit(true)
        .await
        .unwrap();
    timeout(BOUND, began.recv()).await.unwrap().unwrap();
    boss.stop().await.unwrap();
    assert_eq!(
        job.pg_boss().details().await.unwrap().state,
        JobState::Completed
    );
    // It can still submit, and be started again.
    let waiting = StoppingEndsInTime::run_now()
        .on(&boss)
        .submit(false)
        .await
        .unwrap();
    boss.start().await.unwrap();
    assert_eq!(output_of(&waiting).await.unwrap(), 1);
    boss.stop().await.unwrap();
}
