//! A database that ours works on while its schema moves.

use jobs_pg::JobState;
use jobs_pg::prelude::*;
use serde_json::{Value, json};
use sqlx::AssertSqlSafe;
use tests::node::Node;
use tests::{Database, eventually};
use tokio::sync::watch;

use super::super::{quiet, start};

#[job(executor = PgBoss)]
pub(super) async fn im_echo(input: String) -> String {
    input
}

#[job(executor = PgBoss, queue(policy = "exclusive", partition = true), options(retry_limit = 1, retry_delay = 0))]
pub(super) async fn im_second_time(ctx: Context<ImSecondTime>) -> Result<u32, JobError> {
    match ctx.job.attempt {
        1 => Err(std::io::Error::other("the first time").into()),
        attempt => Ok(attempt),
    }
}

#[job(executor = PgBoss)]
pub(super) async fn im_held(input: String, ctx: Context<ImHeld>) -> String {
    let mut open = ctx.app::<watch::Receiver<bool>>().clone();
    open.wait_for(|open| *open).await.unwrap();
    input
}

/// A database that ours works on, with jobs that wait, that run and that have ended.
pub(super) struct Moving {
    pub(super) node: Node,
    pub(super) database: Database,
    pub(super) ours: PgBoss,
    gate: watch::Sender<bool>,
    held: SubmittedJob<ImHeld>,
    later: SubmittedJob<ImEcho>,
}

impl Moving {
    /// On a schema that ours makes.
    pub(super) async fn new() -> Option<Self> {
        let node = Node::ready().await?;
        let database = Database::new().await;
        let (gate, open) = watch::channel(false);
        let ours = quiet(&database).provide(open);
        let ours = start(ours.only::<(ImEcho, ImSecondTime, ImHeld)>()).await;
        let held = ImHeld::run_now().on(&ours).submit("held".to_owned()).await;
        let later = ImEcho::delay(3600).on(&ours).submit("later".to_owned());
        let moving = Self {
            held: held.unwrap(),
            later: later.await.unwrap(),
            node,
            database,
            ours,
            gate,
        };
        moving.works().await;
        eventually("the held job runs", async || {
            let held = moving.held.pg_boss().details().await.unwrap();
            held.state == JobState::Active
        })
        .await;
        Some(moving)
    }

    /// Ours submits, works, retries and reads what came of it.
    pub(super) async fn works(&self) {
        let said = ImEcho::run_now()
            .on(&self.ours)
            .submit("hello".to_owned())
            .await;
        assert_eq!(said.unwrap().output().await.unwrap(), "hello");
        let twice = ImSecondTime::run_now().on(&self.ours).submit(()).await;
        assert_eq!(twice.unwrap().output().await.unwrap(), 2);
    }

    /// Ours does its maintenance, and reads all that it can show.
    pub(super) async fn looks_after_itself(&self) {
        self.ours.supervise().await.unwrap();
        self.ours.queues().await.unwrap();
        self.ours.schedules().await.unwrap();
        self.ours.warnings(10).await.unwrap();
        self.ours.instances().await.unwrap();
        self.ours.bam_entries().await.unwrap();
        let held = self.held.pg_boss().details().await.unwrap();
        assert_eq!(held.state, JobState::Active);
    }

    /// What began before the schema moved ends well after it.
    async fn lets_go(&self) {
        self.gate.send_replace(true);
        assert_eq!(self.held.output().await.unwrap(), "held");
    }

    pub(super) async fn cli(&self, command: &str) {
        cli(&self.node, &self.database, command).await;
    }

    pub(super) async fn version(&self) -> i32 {
        self.value("SELECT version FROM pgboss.version").await
    }

    pub(super) async fn execute(&self, statements: &str) {
        let done = sqlx::raw_sql(AssertSqlSafe(statements.to_owned()));
        done.execute(self.database.pool()).await.unwrap();
    }

    pub(super) async fn value<T>(&self, query: &str) -> T
    where
        T: Send + Unpin + sqlx::Type<sqlx::Postgres> + for<'r> sqlx::Decode<'r, sqlx::Postgres>,
    {
        let value = sqlx::query_scalar(AssertSqlSafe(query.to_owned()));
        value.fetch_one(self.database.pool()).await.unwrap()
    }

    /// Every job is there and done, but the one that is not due: Node does that. Then ours has stopped.
    pub(super) async fn ends_well(&self) {
        self.lets_go().await;
        self.works().await;
        let open: i64 = self
            .value(
                "SELECT count(*) FROM pgboss.job WHERE name LIKE 'im\\_%' AND state <> 'completed'",
            )
            .await;
        assert_eq!(open, 1);
        let theirs = self.node.boss(&self.database, &idle()).await;
        theirs.call("start", json!([])).await;
        self.ours.stop().await.unwrap();
        let due = "UPDATE pgboss.job SET start_after = now() WHERE state = 'created' AND name = 'im_echo'";
        sqlx::query(due)
            .execute(self.database.pool())
            .await
            .unwrap();
        let fetched = theirs.call("fetch", json!(["im_echo"])).await;
        assert_eq!(fetched[0]["id"], self.later.job_id.to_string());
        assert_eq!(fetched[0]["data"], "later");
        let done = json!(["im_echo", fetched[0]["id"], "done"]);
        theirs.call("complete", done).await;
        // A new process sees a plain schema of today.
        let ours = start(quiet(&self.database).work(false)).await;
        let later = ImEcho::track(self.later.job_id)
            .on(&ours)
            .pg_boss()
            .details()
            .await
            .unwrap();
        assert_eq!(later.state, JobState::Completed);
        ours.stop().await.unwrap();
        let errors = theirs.events_named("error");
        assert!(errors.is_empty(), "{errors:?}");
        theirs.stop().await;
    }
}

/// Runs pg-boss's CLI, which must end well.
pub(super) async fn cli(node: &Node, database: &Database, command: &str) {
    let ended = node.cli(database, &[command]).await;
    assert!(ended.well, "{command}: {}", ended.said);
}

pub(super) fn idle() -> Value {
    json!({ "supervise": false, "schedule": false })
}
