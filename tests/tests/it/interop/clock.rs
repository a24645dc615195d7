//! One time for both sides, which the test moves: the lever of pg-boss's `TestClock`, pulled by hand.

use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use tests::Database;
use tests::node::{Boss, Node};

/// The queue of a schedule that is due each minute, the last one by name: once it is filed, the pass has filed everything.
const WITNESS: &str = "zz_witness";

/// A database whose clock stands still, with pg-boss's schema in it.
pub(super) struct Frozen {
    pub(super) node: Node,
    pub(super) database: Database,
}

impl Frozen {
    /// Stands at this instant; `None` without Node.
    pub(super) async fn at(time: &str) -> Option<Self> {
        let node = Node::ready().await?;
        let database = Database::new().await;
        let opt_in = format!(
            "ALTER DATABASE {} SET pgboss.test_clock = 'on'",
            database.name()
        );
        execute(&database, &opt_in).await;
        let frozen = Self { node, database };
        let installs = frozen.start(json!({ "schedule": false })).await;
        installs.stop().await;
        let lever = "
            CREATE TABLE pgboss.__pgboss_test_clock (now timestamptz);
            INSERT INTO pgboss.__pgboss_test_clock VALUES (now());
            CREATE OR REPLACE FUNCTION pgboss.job_now() RETURNS timestamptz LANGUAGE sql STABLE AS $$
                SELECT coalesce(CASE WHEN current_setting('pgboss.test_clock', true) = 'on'
                                     THEN (SELECT c.now FROM pgboss.__pgboss_test_clock c) END, pg_catalog.now());
            $$";
        execute(&frozen.database, lever).await;
        let witness = format!(
            r#"SELECT pgboss.create_queue('{WITNESS}', '{{"policy": "standard"}}');
               INSERT INTO pgboss.schedule (name, cron) VALUES ('{WITNESS}', '* * * * *')"#
        );
        execute(&frozen.database, &witness).await;
        frozen.move_to(time).await;
        Some(frozen)
    }

    /// Another pg-boss of Node's, which does no maintenance of queues.
    pub(super) async fn start(&self, mut options: Value) -> Boss {
        options["supervise"] = json!(false);
        let boss = self.node.boss(&self.database, &options).await;
        boss.call("start", json!([])).await;
        boss
    }

    /// Moves the clock.
    pub(super) async fn move_to(&self, time: &str) {
        let time: DateTime<Utc> = time.parse().unwrap();
        let set = format!("UPDATE pgboss.__pgboss_test_clock SET now = '{time}'");
        execute(&self.database, &set).await;
    }

    /// Runs statements.
    pub(super) async fn execute(&self, statements: &str) {
        execute(&self.database, statements).await;
    }

    /// The minutes that were filed for the schedules of a queue, with their keys, in order.
    pub(super) async fn filed(&self, queue: &str) -> Vec<String> {
        let filed = "SELECT concat_ws(' ', data ->> 'key', data ->> 'slot') FROM pgboss.job
                      WHERE name = '__pgboss__send-it' AND data ->> 'name' = $1 ORDER BY 1";
        let filed = sqlx::query_scalar(filed).bind(queue);
        filed.fetch_all(self.database.pool()).await.unwrap()
    }

    /// Whether somebody has made the pass of this minute, and what it filed is sent on.
    pub(super) async fn passed(&self) -> bool {
        let filed = "SELECT bool_or(data ->> 'name' = $1 AND singleton_on = date_trunc('minute', pgboss.job_now() AT TIME ZONE 'UTC'))
                            AND bool_and(state = 'completed')
                            AND (SELECT cron_on = pgboss.job_now() FROM pgboss.version)
                       FROM pgboss.job WHERE name = '__pgboss__send-it'";
        let filed: Option<bool> = sqlx::query_scalar(filed)
            .bind(WITNESS)
            .fetch_one(self.database.pool())
            .await
            .unwrap();
        filed == Some(true)
    }
}

async fn execute(database: &Database, statements: &str) {
    let statements = sqlx::AssertSqlSafe(statements.to_owned());
    let done = sqlx::raw_sql(statements).execute(database.pool()).await;
    done.unwrap();
}
