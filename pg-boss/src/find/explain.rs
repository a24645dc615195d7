//! What keeps a job from running.

use chrono::{DateTime, Utc};
use jobs_rules::JobState;
use serde::Deserialize;
use serde_json::Value;
use sqlx::types::Json;
use uuid::Uuid;

use crate::statement::sql;
use crate::store::Store;
use crate::timestamp::Timestamp;

/// What the database knows of a job, to explain why it does not run.
#[derive(Debug, sqlx::FromRow)]
#[expect(missing_docs, reason = "most fields are columns of the job")]
pub struct JobFacts {
    pub name: String,
    pub state: String,
    /// Of its queue.
    pub policy: String,
    pub group_id: Option<String>,
    pub group_tier: Option<String>,
    pub retry_count: i32,
    pub retry_limit: i32,
    pub start_after: Timestamp,
    pub started_on: Option<Timestamp>,
    pub completed_on: Option<Timestamp>,
    /// Of one that failed or was cancelled.
    pub output: Option<Value>,
    /// Whether it is not due yet.
    pub is_early: bool,
    pub blocked: bool,
    /// The jobs that it waits for.
    pub parents: Vec<Json<Parent>>,
    /// The jobs of its key that keep it waiting by the policy of its queue.
    pub holders: Vec<Uuid>,
    /// The active jobs of its group.
    pub active_in_group: Vec<Uuid>,
    /// How many there are.
    pub group_size: i64,
    /// How many due jobs of its queue are fetched before it.
    pub ahead: i64,
    /// Whether a live process works the queue.
    pub is_live: bool,
    /// When a process that works the queue last sent a heartbeat.
    pub worker_seen_on: Option<DateTime<Utc>>,
}

/// A job that another waits for, and that is not completed.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[non_exhaustive]
pub struct Parent {
    /// Its queue.
    pub name: String,
    /// Its id.
    pub id: Uuid,
    /// Its state; `None` if it was deleted.
    pub state: Option<JobState>,
}

impl Store {
    /// What is known of the job of this id, if there is one. Ids are unique within a queue: of several jobs, one that has not ended.
    pub async fn explain(&self, id: Uuid) -> sqlx::Result<Option<JobFacts>> {
        sqlx::query_as(sql(&self.statements.explain_job))
            .bind(id)
            .fetch_optional(&mut *self.connection().await?)
            .await
    }
}
