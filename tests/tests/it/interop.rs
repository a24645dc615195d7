//! Node's pg-boss and ours on one database, in both directions. A test named `case_NN_...` bears the number of its case in
//! the list of what two programs on one schema must agree in.

mod batches;
mod by_hand;
mod clock;
mod dashboard;
mod differential;
mod doctor;
mod facts;
mod fetch;
mod flows;
mod import;
mod install;
mod instances;
mod limits;
mod lives;
mod maintenance;
mod migrate;
mod names;
mod notify;
mod queues;
mod recurrences;
mod schedule;
mod schedules_by_hand;
mod settle;
mod statistics;
mod submit;
mod supervisors;
mod test_clock;

use jobs_pg::prelude::*;
use jobs_pg::{Job, JobDetails, JobSet};
use serde_json::{Value, json};
use sqlx::{AssertSqlSafe, Postgres, Transaction};
use tests::node::{Boss, Node};
use tests::{Database, wait_for};
use uuid::Uuid;

/// A database with a started pg-boss of Node's, which does no maintenance.
struct Both {
    node: Node,
    boss: Boss,
    database: Database,
}

impl Both {
    /// Both sides on a database of their own; `None` without Node.
    async fn new() -> Option<Self> {
        Self::with(json!({})).await
    }

    /// As [`new`](Self::new), with further options of Node's constructor.
    async fn with(mut options: Value) -> Option<Self> {
        let node = Node::ready().await?;
        let database = Database::new().await;
        for duty in ["supervise", "schedule"] {
            options
                .as_object_mut()?
                .entry(duty)
                .or_insert(Value::Bool(false));
        }
        let boss = node.boss(&database, &options).await;
        boss.call("start", json!([])).await;
        Some(Self {
            node,
            boss,
            database,
        })
    }

    /// Ours, working these jobs and nothing else.
    async fn working<Jobs: JobSet>(&self) -> PgBoss {
        start(quiet(&self.database).only::<Jobs>()).await
    }

    /// Ours, submitting only.
    async fn submitting(&self) -> PgBoss {
        start(quiet(&self.database).work(false)).await
    }

    /// The row of a job, by its columns.
    async fn row(&self, id: &str) -> Value {
        let row = sqlx::query_scalar("SELECT to_jsonb(j) FROM pgboss.job j WHERE id::text = $1");
        row.bind(id).fetch_one(self.database.pool()).await.unwrap()
    }

    /// The row of a job, when it is in a state.
    async fn row_in(&self, state: &str, id: &str) -> Value {
        wait_for(&format!("job {id} is {state}"), async || {
            Some(self.row(id).await).filter(|row| row["state"] == state)
        })
        .await
    }

    /// One value of the database.
    async fn value<T>(&self, query: &str) -> T
    where
        T: Send + Unpin + sqlx::Type<sqlx::Postgres> + for<'r> sqlx::Decode<'r, sqlx::Postgres>,
    {
        let value = sqlx::query_scalar(AssertSqlSafe(query.to_owned()));
        value.fetch_one(self.database.pool()).await.unwrap()
    }

    /// Lets the next passes over the queues be due, whoever takes them.
    async fn forget_passes(&self) {
        self.execute(
            "UPDATE pgboss.queue SET monitor_on = NULL, monitor_claim_on = NULL, maintain_on = NULL",
        )
        .await;
    }

    async fn execute(&self, statements: &str) {
        let done = sqlx::raw_sql(AssertSqlSafe(statements.to_owned()));
        done.execute(self.database.pool()).await.unwrap();
    }

    /// Creates a queue of Node's.
    async fn queue(&self, name: &str, options: Value) {
        self.boss.call("createQueue", json!([name, options])).await;
    }

    /// Sends a job as Node; gives its id, which is empty when another job stands in its way.
    async fn send(&self, queue: &str, data: Value, options: Value) -> String {
        let id = self.boss.call("send", json!([queue, data, options])).await;
        id.as_str().unwrap_or_default().to_owned()
    }

    /// Fetches jobs of a queue as Node, with all that it shows of them.
    async fn fetch(&self, queue: &str, count: u32) -> Vec<Value> {
        let options = json!({ "batchSize": count, "includeMetadata": true });
        let fetched = self.boss.call("fetch", json!([queue, options])).await;
        fetched.as_array().cloned().unwrap_or_default()
    }

    /// Finds a job as Node.
    async fn find(&self, queue: &str, id: &str) -> Value {
        let found = self
            .boss
            .call("findJobs", json!([queue, { "id": id }]))
            .await;
        found[0].clone()
    }

    /// Stops both sides; Node must have seen no error.
    async fn end(self, ours: PgBoss) {
        ours.stop().await.unwrap();
        let errors = self.boss.stop().await;
        assert!(errors.is_empty(), "{errors:?}");
    }
}

/// Takes the advisory lock of this suffix for a schema named `schema`, as pg-boss derives it.
async fn hold_lock(
    database: &Database,
    schema: &str,
    suffix: &str,
) -> Transaction<'static, Postgres> {
    let mut holder = database.pool().begin().await.unwrap();
    let hold = "SELECT pg_advisory_xact_lock(('x' || encode(substr(sha224(convert_to($1, 'UTF8')), 1, 8), 'hex'))::bit(64)::bigint)";
    let lock = format!("{}.pgboss.{schema}{suffix}", database.name());
    let held = sqlx::query(hold).bind(lock).execute(&mut *holder);
    held.await.unwrap();
    holder
}

/// Ours, doing no maintenance.
fn quiet(database: &Database) -> jobs_pg::PgBossBuilder {
    PgBoss::builder()
        .url(database.url())
        .supervise(false)
        .schedule(false)
}

async fn start(builder: jobs_pg::PgBossBuilder) -> PgBoss {
    let boss = builder.connect().await.unwrap();
    boss.start().await.unwrap();
    boss
}

/// A job of one's own by the id that Node gave.
fn track<J: Job<Executor = PgBoss>>(boss: &PgBoss, id: &str) -> SubmittedJob<J> {
    SubmittedJob::track(id.parse::<Uuid>().unwrap()).on(boss)
}

async fn details<J: Job<Executor = PgBoss>>(boss: &PgBoss, id: &str) -> JobDetails {
    track::<J>(boss, id).pg_boss().details().await.unwrap()
}
