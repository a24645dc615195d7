//! Schemas that pg-boss 8.4.2 (version 20) and 10.4.2 (version 24) made and filled, imported into one of ours.

mod from_10;
mod from_8;
mod refused;

use std::collections::HashMap;

use jobs_pg::operation::{Import, ImportKind, ImportReport};
use jobs_pg::prelude::*;
use serde_json::{Value, json};
use sqlx::AssertSqlSafe;
use tests::node::Node;
use tests::{Database, wait_for};

use super::{quiet, start};

#[job(executor = PgBoss)]
async fn im_send_mail(input: Value) -> Result<Value, JobError> {
    Ok(input["label"].clone())
}

/// A database in which an old pg-boss was used, and ours.
struct Imported {
    node: Node,
    database: Database,
    boss: PgBoss,
    ids: HashMap<String, String>,
}

impl Imported {
    /// `None` without Node.
    async fn seeded(release: u32, queue: &str) -> Option<Self> {
        let node = Node::ready().await?;
        let database = Database::new().await;
        let args = json!({ "release": release, "schema": "old_jobs", "queue": queue });
        let ids = node.run("old.mjs", &args, &database).await;
        Some(Self {
            boss: quiet(&database).work(false).connect().await.unwrap(),
            ids: serde_json::from_value(ids).unwrap(),
            node,
            database,
        })
    }

    async fn import(&self, import: Import) -> ImportReport {
        self.boss.import_from(import).await.unwrap()
    }

    async fn value(&self, query: &str) -> Value {
        let query = format!("SELECT to_jsonb(({query}))");
        let value = sqlx::query_scalar(AssertSqlSafe(query));
        value.fetch_one(self.database.pool()).await.unwrap()
    }

    async fn row(&self, label: &str) -> Value {
        let id = &self.ids[label];
        self.value(&format!(
            "SELECT to_jsonb(j) FROM pgboss.job j WHERE id = '{id}'"
        ))
        .await
    }

    /// The new rows of jobs, by what they are, have these columns.
    async fn assert_rows(&self, expected: Value) {
        for (label, columns) in expected.as_object().unwrap() {
            let row = self.row(label).await;
            for (column, value) in columns.as_object().unwrap() {
                assert_eq!(&row[column], value, "{column} of {label}: {row}");
            }
        }
    }

    /// What is said of the new row of a job, in SQL, is so.
    async fn assert_true(&self, label: &str, said: &str) {
        let id = &self.ids[label];
        let query = format!("SELECT {said} FROM pgboss.job WHERE id = '{id}'");
        assert_eq!(self.value(&query).await, json!(true), "{label}: {said}");
    }

    /// The new schema without clock values that the import itself makes.
    async fn everything(&self) -> Value {
        self.value(
            "SELECT jsonb_build_array( \
                (SELECT jsonb_agg(to_jsonb(j) ORDER BY id) FROM pgboss.job j WHERE name <> '__jobs__imports'), \
                (SELECT jsonb_agg(to_jsonb(s) ORDER BY name) FROM pgboss.schedule s), \
                (SELECT jsonb_agg(to_jsonb(q) ORDER BY name) FROM pgboss.queue q))",
        )
        .await
    }

    /// The old schema, all of it.
    async fn old(&self) -> Value {
        self.value(
            "SELECT jsonb_build_array( \
                (SELECT jsonb_agg(to_jsonb(j) ORDER BY id) FROM old_jobs.job j), \
                (SELECT jsonb_agg(to_jsonb(j) ORDER BY id) FROM old_jobs.archive j), \
                (SELECT jsonb_agg(to_jsonb(v)) FROM old_jobs.version v))",
        )
        .await
    }

    async fn execute(&self, statement: &str) {
        let done = sqlx::query(AssertSqlSafe(statement.to_owned()));
        done.execute(self.database.pool()).await.unwrap();
    }

    /// Imports again, with nothing to do, also when all that came over is gone.
    async fn adds_nothing_again(&self, import: Import, first: &ImportReport) {
        let before = self.everything().await;
        let again = self.import(import.clone()).await;
        assert_eq!(
            (again.added(), again.present()),
            (0, first.added()),
            "{again}"
        );
        assert_eq!(again.queues_created, Vec::<String>::new());
        assert_eq!(self.everything().await, before);
        self.execute("DELETE FROM pgboss.job WHERE name <> '__jobs__imports'")
            .await;
        self.execute("DELETE FROM pgboss.schedule").await;
        let again = self.import(import).await;
        assert_eq!(again.added(), 0, "{again}");
    }

    /// Works what waits, with ours, and looks at it with Node's pg-boss 12.
    async fn is_worked(&self, queue: &str, labels: &[&str]) {
        self.execute("UPDATE pgboss.job SET start_after = now() WHERE state = 'retry'")
            .await;
        let worker = start(quiet(&self.database).only::<ImSendMail>()).await;
        let node = self
            .node
            .boss(
                &self.database,
                &json!({ "supervise": false, "schedule": false }),
            )
            .await;
        node.call("start", json!([])).await;
        for label in labels {
            let found = wait_for(&format!("{label} is completed"), async || {
                let found = node
                    .call("findJobs", json!([queue, { "id": self.ids[*label] }]))
                    .await;
                Some(found[0].clone()).filter(|job| job["state"] == "completed")
            })
            .await;
            assert_eq!(found["output"], json!({ "value": label }));
        }
        worker.stop().await.unwrap();
        node.stop().await;
        let diagnosis = self.node.doctor(&self.database, "pgboss").await;
        assert!(diagnosis.healthy, "{}", diagnosis.said);
    }
}

/// How many rows of each kind were added, for the kinds of which there were any.
fn added(report: &ImportReport) -> HashMap<ImportKind, u64> {
    let mut added = HashMap::new();
    for count in report.counts.iter().filter(|count| count.added > 0) {
        *added.entry(count.kind).or_default() += count.added;
    }
    added
}
