//! The operations by hand of each side, on what the other made.

mod attempts;
mod conflicts;
mod counts;
mod dead_letters;
mod fetching;
mod finding;
mod numbers;
mod policies;
mod queues;
mod removal;
mod sending;
mod settling;
mod stopping;
mod updating;

use chrono::{DateTime, Utc};
use jobs_pg::prelude::*;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{Both, quiet, start};

/// What tells a row from its twin's.
const OWN: [&str; 3] = ["id", "name", "table_name"];

impl Both {
    /// Ours, which only does what it is told: it works nothing and declares nothing.
    async fn ours(&self) -> PgBoss {
        let boss = quiet(&self.database).work(false).max_connections(20);
        boss.connect().await.unwrap()
    }

    /// The rows of a queue, the oldest first.
    async fn rows(&self, queue: &str) -> Vec<Value> {
        let rows = sqlx::query_scalar(
            "SELECT to_jsonb(j) FROM pgboss.job j WHERE name = $1 ORDER BY created_on, id",
        );
        rows.bind(queue)
            .fetch_all(self.database.pool())
            .await
            .unwrap()
    }

    /// The row of a queue, by its columns.
    async fn queue_row(&self, name: &str) -> Value {
        let row = sqlx::query_scalar("SELECT to_jsonb(q) FROM pgboss.queue q WHERE name = $1");
        row.bind(name)
            .fetch_one(self.database.pool())
            .await
            .unwrap()
    }
}

/// A row with each time as what became of it: the one that stood before, none, or another.
fn changes(mut row: Value, before: &Value) -> Value {
    for (column, value) in row.as_object_mut().unwrap() {
        if OWN.contains(&column.as_str()) {
            *value = Value::Null;
        }
        let time = |value: &Value| value.as_str()?.parse::<DateTime<Utc>>().ok();
        if let Some(now) = time(value) {
            let kept = time(&before[column]) == Some(now);
            *value = json!(if kept { "kept" } else { "new" });
        }
    }
    row
}

fn id(text: &str) -> Uuid {
    text.parse().unwrap()
}

/// The ids of what Node gave.
fn ids(jobs: &Value) -> Vec<Uuid> {
    let jobs = jobs.as_array().unwrap();
    jobs.iter()
        .map(|job| id(job["id"].as_str().unwrap()))
        .collect()
}
