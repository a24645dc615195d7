//! What both sides left in the database.

use std::collections::BTreeMap;
use std::fmt::Write;

use chrono::{DateTime, Utc};
use serde_json::Value;
use sqlx::{AssertSqlSafe, PgPool};
use uuid::Uuid;

/// The schemas: Node's, and ours.
pub(super) const THEIRS: &str = "node";
pub(super) const OURS: &str = "rust";

/// A job that stands on both sides.
#[derive(sqlx::FromRow)]
pub(super) struct Standing {
    pub(super) name: String,
    pub(super) id: Uuid,
    pub(super) state: String,
    pub(super) retry_count: i32,
    /// Whether it waits for other jobs or lets them wait.
    pub(super) has_kin: bool,
    /// Not, if it is a dead letter.
    pub(super) has_policy: bool,
}

/// Lets all sessions to come live by the fake time, and takes the chance out of `random()`.
pub(super) async fn prepare(pool: &PgPool, database: &str) {
    let statements = format!(
        "CREATE SCHEMA lever;
         CREATE FUNCTION lever.random() RETURNS float8 LANGUAGE sql IMMUTABLE AS 'SELECT 0.5::float8';
         ALTER DATABASE {database} SET search_path = lever, pg_catalog, public;
         ALTER DATABASE {database} SET pgboss.test_clock = 'on';"
    );
    execute(pool, statements).await;
}

/// Removes all queues and what belongs to them.
pub(super) async fn clear(pool: &PgPool) {
    for schema in [THEIRS, OURS] {
        let statements = format!(
            "TRUNCATE {schema}.job, {schema}.job_dependency, {schema}.schedule, {schema}.subscription;
             UPDATE {schema}.queue SET dead_letter = NULL;
             SELECT {schema}.delete_queue(name) FROM {schema}.queue;"
        );
        execute(pool, statements).await;
    }
}

/// The jobs of both sides, the oldest first, when both have the same.
pub(super) async fn standing(pool: &PgPool) -> Vec<Standing> {
    let query = format!(
        "SELECT name, id, state::text, retry_count, blocked OR blocking AS has_kin, policy IS NOT NULL AS has_policy FROM {THEIRS}.job ORDER BY created_on, id"
    );
    sqlx::query_as(AssertSqlSafe(query))
        .fetch_all(pool)
        .await
        .unwrap()
}

/// Whether there is a queue of a policy.
pub(super) async fn has_policy(pool: &PgPool, policy: &str) -> bool {
    let query = format!("SELECT EXISTS (SELECT FROM {THEIRS}.queue WHERE policy = $1)");
    let found = sqlx::query_scalar(AssertSqlSafe(query))
        .bind(policy)
        .fetch_one(pool);
    found.await.unwrap()
}

/// The policy of a queue.
pub(super) async fn policy(pool: &PgPool, queue: &str) -> Option<String> {
    let query = format!("SELECT policy FROM {THEIRS}.queue WHERE name = $1");
    let found = sqlx::query_scalar(AssertSqlSafe(query))
        .bind(queue)
        .fetch_optional(pool);
    found.await.unwrap()
}

/// Puts the jobs of this moment in an order, by microseconds, and gives those that chose their ids by themselves the ids that
/// follow from it; answers old id to new. Jobs that tie in all but their ids are alike.
pub(super) async fn settle(
    pool: &PgPool,
    schema: &str,
    now: DateTime<Utc>,
) -> BTreeMap<String, String> {
    let query = format!(
        "WITH fresh AS (
             SELECT j.name, j.id, row_number() OVER (ORDER BY j.name, to_jsonb(j) - 'id', j.id) - 1 AS place
               FROM {schema}.job j
              WHERE j.created_on = $1
         )
         UPDATE {schema}.job j
            SET created_on = j.created_on + fresh.place * interval '1 microsecond',
                id = CASE WHEN j.id::text LIKE '00000000-%' THEN j.id
                          ELSE ('00000000-0000-8000-' || substr(h.hex, 1, 4) || '-' || substr(h.hex, 5) || lpad(to_hex(fresh.place), 3, '0'))::uuid END
           FROM fresh, lpad(to_hex(extract(epoch FROM $1)::bigint), 13, '0') AS h(hex)
          WHERE j.name = fresh.name AND j.id = fresh.id
         RETURNING fresh.id::text, j.id::text"
    );
    let renamed: Vec<(String, String)> = sqlx::query_as(AssertSqlSafe(query))
        .bind(now)
        .fetch_all(pool)
        .await
        .unwrap();
    let renamed: BTreeMap<_, _> = renamed
        .into_iter()
        .filter(|(old, new)| old != new)
        .collect();
    for (old, new) in &renamed {
        let statements = format!(
            "UPDATE {schema}.job_dependency SET child_id = '{new}' WHERE child_id = '{old}';
             UPDATE {schema}.job_dependency SET parent_id = '{new}' WHERE parent_id = '{old}';"
        );
        execute(pool, statements).await;
    }
    renamed
}

/// Every row and column that is not the same on both sides; empty if there is none.
pub(super) async fn difference(pool: &PgPool) -> String {
    let (theirs, ours) = (rows(THEIRS), rows(OURS));
    let query = format!(
        "WITH theirs AS ({theirs}), ours AS ({ours})
         SELECT 'node', key, row FROM (SELECT * FROM theirs EXCEPT ALL SELECT * FROM ours) only_theirs
          UNION ALL
         SELECT 'ours', key, row FROM (SELECT * FROM ours EXCEPT ALL SELECT * FROM theirs) only_ours"
    );
    let different: Vec<(String, String, Value)> = sqlx::query_as(AssertSqlSafe(query))
        .fetch_all(pool)
        .await
        .unwrap();
    let mut pairs: BTreeMap<String, [Value; 2]> = BTreeMap::new();
    for (side, key, row) in different {
        pairs.entry(key).or_default()[usize::from(side == "ours")] = row;
    }
    let mut report = String::new();
    for (key, [theirs, ours]) in pairs {
        report += &compared(&key, &theirs, &ours);
    }
    report
}

fn compared(key: &str, theirs: &Value, ours: &Value) -> String {
    let (Some(columns), Some(_)) = (theirs.as_object(), ours.as_object()) else {
        return format!("  {key}\n    node: {theirs}\n    ours: {ours}\n");
    };
    let mut report = format!("  {key}\n");
    for (name, value) in columns
        .iter()
        .filter(|(name, value)| ours[name.as_str()] != **value)
    {
        let _ = writeln!(
            report,
            "    {name}: node {value}, ours {}",
            ours[name.as_str()]
        );
    }
    report
}

/// All rows of a schema: a key that says which one it is, and its columns as JSON, in which NULL and the JSON null are told apart.
fn rows(schema: &str) -> String {
    format!(
        "SELECT 'job ' || j.name || ' ' || j.id AS key,
                to_jsonb(j) || jsonb_build_object(
                    'data is NULL', j.data IS NULL,
                    'output is NULL', j.output IS NULL,
                    'table', (SELECT relname FROM pg_class WHERE oid = j.tableoid),
                    -- The words are each side's own.
                    'output', CASE WHEN j.output ->> 'reason' = 'redrive_conflict' THEN j.output - 'message' ELSE j.output END)
                AS row
           FROM {schema}.job j
          UNION ALL
         -- Node truncates the table of a queue of its own and counts anew then; we delete, and leave counting to the monitor.
         SELECT 'queue ' || q.name,
                CASE WHEN q.partition THEN to_jsonb(q) - '{{monitor_on,retained_on,retained_count}}'::text[] ELSE to_jsonb(q) END
           FROM {schema}.queue q
          UNION ALL
         SELECT 'schedule ' || s.name || ' ' || s.key, to_jsonb(s) || jsonb_build_object('data is NULL', s.data IS NULL)
           FROM {schema}.schedule s
          UNION ALL
         SELECT 'subscription ' || s.event || ' ' || s.name, to_jsonb(s) FROM {schema}.subscription s
          UNION ALL
         SELECT 'dependency ' || d.child_name || ' ' || d.child_id || ' ' || d.parent_name || ' ' || d.parent_id, to_jsonb(d)
           FROM {schema}.job_dependency d"
    )
}

async fn execute(pool: &PgPool, statements: String) {
    sqlx::raw_sql(AssertSqlSafe(statements))
        .execute(pool)
        .await
        .unwrap();
}
