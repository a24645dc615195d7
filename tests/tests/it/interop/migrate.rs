//! The schema moves under a running process of ours: pg-boss's CLI takes it back and forth, and a newer release of Node's moves
//! it on. Nothing of ours is lost, and it goes on with what the schema then has.

use jobs_pg::JobState;
use jobs_pg::prelude::*;
use serde_json::{Value, json};
use sqlx::AssertSqlSafe;
use tests::node::{Boss, Node};
use tests::{Database, eventually};
use tokio::sync::watch;

use super::{quiet, start};

#[job(executor = PgBoss)]
async fn im_echo(input: String) -> String {
    input
}

#[job(executor = PgBoss, queue(policy = "exclusive", partition = true), options(retry_limit = 1, retry_delay = 0))]
async fn im_second_time(ctx: Context<ImSecondTime>) -> Result<u32, JobError> {
    match ctx.job.attempt {
        1 => Err(std::io::Error::other("the first time").into()),
        attempt => Ok(attempt),
    }
}

#[job(executor = PgBoss)]
async fn im_held(input: String, ctx: Context<ImHeld>) -> String {
    let mut open = ctx.app::<watch::Receiver<bool>>().clone();
    open.wait_for(|open| *open).await.unwrap();
    input
}

/// This policy came with 28, and on the way over that version pg-boss makes its index for the common table only.
const NO_LATE_POLICY: &str = "SELECT pgboss.delete_queue(name) FROM pgboss.queue WHERE partition AND policy = 'key_strict_fifo'";

/// A database that ours works on, with jobs that wait, that run and that have ended.
struct Moving {
    node: Node,
    database: Database,
    ours: PgBoss,
    gate: watch::Sender<bool>,
    held: SubmittedJob<ImHeld>,
    later: SubmittedJob<ImEcho>,
}

impl Moving {
    /// On a schema that ours makes, or that this release of Node's has made.
    async fn on(release: Option<&str>) -> Option<Self> {
        let node = Node::ready().await?;
        let database = Database::new().await;
        if let Some(release) = release {
            let theirs = node.boss_of(release, &database, &idle()).await;
            theirs.call("start", json!([])).await;
            theirs.stop().await;
        }
        let (gate, open) = watch::channel(false);
        let ours = quiet(&database).provide(open);
        let ours = start(ours.only::<(ImEcho, ImSecondTime, ImHeld)>()).await;
        sqlx::query(NO_LATE_POLICY)
            .execute(database.pool())
            .await
            .unwrap();
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
    async fn works(&self) {
        let said = ImEcho::run_now()
            .on(&self.ours)
            .submit("hello".to_owned())
            .await;
        assert_eq!(said.unwrap().output().await.unwrap(), "hello");
        let twice = ImSecondTime::run_now().on(&self.ours).submit(()).await;
        assert_eq!(twice.unwrap().output().await.unwrap(), 2);
    }

    /// What began before the schema moved ends well after it.
    async fn lets_go(&self) {
        self.gate.send_replace(true);
        assert_eq!(self.held.output().await.unwrap(), "held");
    }

    async fn cli(&self, command: &str) {
        let ended = self.node.cli(&self.database, &[command]).await;
        assert!(ended.well, "{command}: {}", ended.said);
    }

    async fn version(&self) -> i32 {
        self.value("SELECT version FROM pgboss.version").await
    }

    async fn value<T>(&self, query: &str) -> T
    where
        T: Send + Unpin + sqlx::Type<sqlx::Postgres> + for<'r> sqlx::Decode<'r, sqlx::Postgres>,
    {
        let value = sqlx::query_scalar(AssertSqlSafe(query.to_owned()));
        value.fetch_one(self.database.pool()).await.unwrap()
    }

    /// Every job is there and done, but the one that is not due: Node does that.
    async fn ends_well(self) {
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
        let later = self.later.on(&ours).pg_boss().details().await.unwrap();
        assert_eq!(later.state, JobState::Completed);
        ours.stop().await.unwrap();
        let errors = theirs.events_named("error");
        assert!(errors.is_empty(), "{errors:?}");
        theirs.stop().await;
        let diagnosis = self.node.doctor(&self.database, "pgboss").await;
        assert!(diagnosis.healthy, "{}", diagnosis.said);
    }
}

fn idle() -> Value {
    json!({ "supervise": false, "schedule": false })
}

#[tokio::test]
async fn case_05_ours_lives_on_45_as_on_46() {
    let Some(moving) = Moving::on(Some("pg-boss")).await else {
        return;
    };
    moving.cli("rollback").await;
    let another = quiet(&moving.database).only::<ImEcho>();
    let another = start(another).await;
    moving.ours.stop().await.unwrap();
    let said = ImEcho::run_now().on(&another).submit("45".to_owned()).await;
    assert_eq!(said.unwrap().output().await.unwrap(), "45");
    assert_eq!(moving.version().await, 45);
    another.stop().await.unwrap();
}

#[tokio::test]
async fn case_05_both_go_on_at_a_version_to_come() {
    let Some(moving) = Moving::on(None).await else {
        return;
    };
    sqlx::query("UPDATE pgboss.version SET version = 47")
        .execute(moving.database.pool())
        .await
        .unwrap();
    let another = start(quiet(&moving.database).only::<ImEcho>()).await;
    let said = ImEcho::run_now().on(&another).submit("47".to_owned()).await;
    assert_eq!(said.unwrap().output().await.unwrap(), "47");
    another.stop().await.unwrap();
    moving.ends_well().await;
}

#[tokio::test]
async fn case_06_the_cli_takes_our_schema_back_and_forth_while_ours_works() {
    let Some(moving) = Moving::on(None).await else {
        return;
    };
    moving.cli("doctor").await;
    moving.cli("rollback").await;
    assert_eq!(moving.version().await, 45);
    moving.lets_go().await;
    moving.works().await;
    moving.cli("migrate").await;
    assert_eq!(moving.version().await, 46);
    let said = moving.node.cli(&moving.database, &["version"]).await.said;
    assert!(said.contains("Current schema version: 46"), "{said}");
    moving.ends_well().await;
}

/// Columns, a table and the clock's function go, one release after the other, and come back.
#[tokio::test]
async fn case_06_ours_follows_its_schema_down_to_the_oldest_and_up_again() {
    let Some(moving) = Moving::on(None).await else {
        return;
    };
    while moving.version().await > 26 {
        moving.cli("rollback").await;
        let version = moving.version().await;
        if version == 41 {
            // Its outcome meets a schema that ours has not looked at yet, without the clock that the statement asks.
            moving.lets_go().await;
        }
        if [41, 37, 29, 26].contains(&version) {
            moving.works().await;
        }
    }
    moving.cli("migrate").await;
    moving.ends_well().await;
}

#[tokio::test]
async fn case_70_the_cli_moves_a_schema_of_26_on_while_ours_works() {
    moved_on_by_the_cli("pg-boss-11", 26).await;
}

#[tokio::test]
async fn case_70_the_cli_moves_a_schema_of_37_on_while_ours_works() {
    moved_on_by_the_cli("pg-boss-12-27", 37).await;
}

#[tokio::test]
async fn case_70_a_start_of_node_moves_a_schema_of_26_on_while_ours_works() {
    moved_on_by_node("pg-boss-11", 26).await;
}

#[tokio::test]
async fn case_70_a_start_of_node_moves_a_schema_of_37_on_while_ours_works() {
    moved_on_by_node("pg-boss-12-27", 37).await;
}

async fn moved_on_by_the_cli(release: &str, version: i32) {
    let Some(moving) = Moving::on(Some(release)).await else {
        return;
    };
    assert_eq!(moving.version().await, version);
    moving.cli("migrate").await;
    assert_eq!(moving.version().await, 46);
    moving.ends_well().await;
}

/// Its start changes the tables and returns; the indexes are built by its upkeep, later.
async fn moved_on_by_node(release: &str, version: i32) {
    let Some(moving) = Moving::on(Some(release)).await else {
        return;
    };
    assert_eq!(moving.version().await, version);
    let theirs = newest(&moving).await;
    moving.works().await;
    eventually("the indexes are built", async || {
        let all = "SELECT count(*) > 0 AND bool_and(status = 'completed') FROM pgboss.bam";
        moving.value(all).await
    })
    .await;
    let errors = theirs.events_named("error");
    assert!(errors.is_empty(), "{errors:?}");
    theirs.stop().await;
    moving.ends_well().await;
}

async fn newest(moving: &Moving) -> Boss {
    // The release before it has looked for such work a moment ago.
    let options = json!({ "supervise": true, "schedule": false, "bamIntervalSeconds": 10 });
    let theirs = moving.node.boss(&moving.database, &options).await;
    theirs.call("start", json!([])).await;
    assert_eq!(moving.version().await, 46);
    theirs
}
