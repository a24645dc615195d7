//! Draining a queue of jobs that do nothing: the library's worker, then bare SQL.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use jobs_pg::Job as _;
use jobs_pg::prelude::*;
use tokio::sync::Notify;

use crate::meter::{Meter, peak_memory, rate};
use crate::{BATCH, Failure, bare};

static DONE: AtomicUsize = AtomicUsize::new(0);
static TOLD: Notify = Notify::const_new();
static JOBS: AtomicUsize = AtomicUsize::new(usize::MAX);

/// Does nothing, and says when it was the last.
#[job(executor = PgBoss, worker(concurrency = 500))]
async fn no_op(_number: u32) {
    if DONE.fetch_add(1, Ordering::Relaxed) + 1 == JOBS.load(Ordering::Relaxed) {
        TOLD.notify_one();
    }
}

macro_rules! idle {
    ($($name:ident)*) => {$(
        #[job(executor = PgBoss, queue(policy = "singleton"))]
        async fn $name() {}
    )*};
}

// Queues with limits, each of which has a fetcher of its own.
idle!(idle_a idle_b idle_c idle_d idle_e idle_f);

/// Measures both, and prints their ratio.
pub(crate) async fn compare(url: &str, jobs: usize) -> Result<(), Failure> {
    JOBS.store(jobs, Ordering::Relaxed);
    println!("{jobs} jobs in batches of {BATCH}");

    submit(url, jobs).await?;
    let meter = Meter::start(url).await?;
    let library = drain(url, Beside::Nothing).await?;
    let memory = peak_memory();
    meter.stop(url).await?.print("one worker", jobs, library);

    submit(url, jobs).await?;
    let meter = Meter::start(url).await?;
    let beside = drain(url, Beside::SixLimitedQueues).await?;
    meter
        .stop(url)
        .await?
        .print("beside six idle queues", jobs, beside);
    println!(
        "beside six idle limited queues it takes {:.2} times as long",
        beside.as_secs_f64() / library.as_secs_f64()
    );

    let mut ratios = Vec::new();
    for connections in [1, 2] {
        submit(url, jobs).await?;
        let meter = Meter::start(url).await?;
        let bare = bare::drain(url, NoOp::NAME, connections).await?;
        meter
            .stop(url)
            .await?
            .print(&format!("bare loops: {connections}"), jobs, bare);
        ratios.push(format!(
            "{:.2} of {connections}",
            rate(jobs, library) / rate(jobs, bare)
        ));
    }
    println!("the worker drains {} bare loops", ratios.join(", "));
    if let Some(memory) = memory {
        println!("peak memory after the worker's part: {memory} MB");
    }
    Ok(())
}

async fn submit(url: &str, jobs: usize) -> Result<(), Failure> {
    let boss = PgBoss::builder().url(url).work(false).connect().await?;
    boss.install().await?;
    let numbers: Vec<u32> = (0..u32::try_from(jobs)?).collect();
    let begun = Instant::now();
    for chunk in numbers.chunks(1_000) {
        NoOp::submit_many(chunk.iter().copied()).await?;
    }
    println!(
        "{:<28} {:>8.0} jobs/s",
        "submit_many in thousands",
        rate(jobs, begun.elapsed())
    );
    // Fresh statistics for everybody: the planner shall not be the difference.
    for statement in ["VACUUM ANALYZE pgboss.job_common", "CHECKPOINT"] {
        sqlx::query(statement).execute(boss.pool()).await?;
    }
    boss.pool().close().await;
    Ok(())
}

/// What the worker has beside the queue that it drains.
#[derive(Clone, Copy)]
enum Beside {
    Nothing,
    SixLimitedQueues,
}

async fn drain(url: &str, beside: Beside) -> Result<Duration, Failure> {
    let boss = PgBoss::builder()
        .url(url)
        .concurrency(BATCH)
        .supervise(false)
        .schedule(false);
    let boss = match beside {
        Beside::Nothing => boss.only::<NoOp>(),
        Beside::SixLimitedQueues => boss,
    };
    let boss = boss.connect().await?;
    DONE.store(0, Ordering::Relaxed);
    let begun = Instant::now();
    boss.start().await?;
    TOLD.notified().await;
    // Stopped, everything is settled.
    boss.stop().await?;
    let time = begun.elapsed();
    boss.pool().close().await;
    Ok(time)
}
