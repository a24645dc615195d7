//! `PgBoss` passes the conformance suite of `jobs-core`, at work by itself and drained by hand.

use std::cell::Cell;
use std::time::Duration;

use chrono::{DateTime, Utc};
use jobs_core::executor::conformance::{Jobs, Subject, Suite};
use jobs_pg::PgBoss;
use serde_json::json;
use tests::{Database, eventually};

jobs_core::conformance_jobs!(struct PgBossJobs for PgBoss);

/// The beginning of a throttle slot.
const BEGIN: &str = "2031-03-05T10:00:00Z";

/// An executor on a database of its own, whose time stands still.
struct OnPostgres {
    boss: PgBoss,
    is_started: bool,
    now: Cell<DateTime<Utc>>,
    // Dropped after the executor.
    _database: Database,
}

impl OnPostgres {
    async fn new(is_started: bool) -> Self {
        let database = Database::new().await;
        let builder = PgBoss::builder().url(database.url()).max_connections(4);
        // Each drain would clean up the queues of all jobs of this binary; the suite checks no maintenance.
        let builder = builder.supervise(false).schedule(false);
        let builder = builder.only::<<PgBossJobs as Jobs>::All>();
        let boss = builder.connect().await.unwrap();
        let now = boss.travel_to(BEGIN).await.unwrap();
        if is_started {
            boss.start().await.unwrap();
        }
        Self {
            boss,
            is_started,
            now: Cell::new(now),
            _database: database,
        }
    }
}

impl Subject for OnPostgres {
    type Jobs = PgBossJobs;

    fn executor(&self) -> &PgBoss {
        &self.boss
    }

    async fn run_due(&self) {
        if !self.is_started {
            self.boss.drain().await.unwrap();
            return;
        }
        let waiting = "SELECT count(*) FROM pgboss.job
            WHERE name LIKE 'conformance%' AND (state = 'active' OR state < 'active' AND start_after <= $1)";
        eventually("every due job has run", async || {
            let waiting = sqlx::query_scalar::<_, i64>(waiting).bind(self.now.get());
            waiting.fetch_one(self.boss.pool()).await.unwrap() == 0
        })
        .await;
    }

    async fn pass(&self, time: Duration) {
        self.now.set(self.boss.travel(time).await.unwrap());
    }

    async fn set_retry_limit_of_queue(&self, queue: &str, limit: u32) {
        let options = json!({ "retryLimit": limit });
        self.boss.update_queue(queue, options).await.unwrap();
    }

    async fn close(self) {
        if self.is_started {
            self.boss.stop().await.unwrap();
        }
    }
}

#[tokio::test]
async fn a_started_executor_conforms() {
    let suite = Suite::new();
    let checked = suite.check(async || OnPostgres::new(true).await);
    checked.await.unwrap();
}

#[tokio::test]
async fn a_drained_executor_conforms() {
    let suite = Suite::new();
    let checked = suite.check(async || OnPostgres::new(false).await);
    checked.await.unwrap();
}
