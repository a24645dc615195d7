//! W17: work that keeps a thread has threads of its own.

use std::sync::{Condvar, Mutex, PoisonError};
use std::time::Duration;

use jobs_pg::prelude::*;
use tests::{BOUND, Database, Log, eventually};

use super::{output_of, started};

/// Keeps the threads of the blocking jobs, until the test lets them go.
struct Gate {
    open: Mutex<bool>,
    opened: Condvar,
}

static GATE: Gate = Gate {
    open: Mutex::new(false),
    opened: Condvar::new(),
};

impl Gate {
    fn wait(&self) -> bool {
        let open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let (open, _) = self
            .opened
            .wait_timeout_while(open, BOUND, |open| !*open)
            .unwrap();
        *open
    }

    fn open(&self) {
        *self.open.lock().unwrap_or_else(PoisonError::into_inner) = true;
        self.opened.notify_all();
    }
}

#[job(executor = PgBoss, blocking)]
fn blocking_keeps_its_thread(number: u32) -> (u32, bool) {
    (number, GATE.wait())
}

#[job(executor = PgBoss)]
async fn blocking_async_beside() -> u32 {
    tokio::time::sleep(Duration::from_millis(1)).await;
    7
}

// The runtime has one thread: were it kept, nothing here would go on.
#[tokio::test]
async fn w17_blocking_jobs_do_not_stall_async_ones() {
    let database = Database::new().await;
    let boss = started::<(BlockingKeepsItsThread, BlockingAsyncBeside)>(&database).await;
    let kept = BlockingKeepsItsThread::run_now()
        .on(&boss)
        .submit_many(0..5)
        .await
        .unwrap();
    eventually("all blocking jobs run", async || {
        let active = "SELECT count(*) FROM pgboss.job WHERE state = 'active'";
        sqlx::query_scalar::<_, i64>(active)
            .fetch_one(database.pool())
            .await
            .unwrap()
            == 5
    })
    .await;
    let beside = BlockingAsyncBeside::run_now()
        .on(&boss)
        .submit_many([(), (), ()])
        .await
        .unwrap();
    for job in &beside {
        assert_eq!(output_of(job).await.unwrap(), 7);
    }
    GATE.open();
    for (number, job) in (0..).zip(&kept) {
        // False were the thread let go by its own bound: then the async jobs had waited for it.
        assert_eq!(output_of(job).await.unwrap(), (number, true));
    }
    boss.stop().await.unwrap();
}

#[job(executor = PgBoss)]
async fn blocking_in_async() {
    std::thread::sleep(Duration::from_millis(1200));
}

#[tokio::test]
async fn w17_an_async_job_that_keeps_its_thread_is_reported() {
    let database = Database::new().await;
    let log = Log::new();
    let boss = started::<BlockingInAsync>(&database).await;
    let job = BlockingInAsync::run_now()
        .on(&boss)
        .submit(())
        .await
        .unwrap();
    output_of(&job).await.unwrap();
    boss.stop().await.unwrap();
    let reports = log.lines(&["#[job(blocking)]"]);
    assert_eq!(reports.len(), 1, "{reports:?}");
    for word in ["WARN", "blocking_in_async", &job.job_id.to_string()] {
        assert!(
            reports[0].contains(word),
            "{word} is missing in: {}",
            reports[0]
        );
    }
}
