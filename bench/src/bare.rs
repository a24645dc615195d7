//! The least that must be done: two statements for each batch.

use std::time::{Duration, Instant};

use sqlx::{Connection, PgConnection};
use uuid::Uuid;

use crate::{BATCH, Failure};

const FETCH: &str = "
    WITH due AS MATERIALIZED (
        SELECT id FROM pgboss.job_common
         WHERE name = $1 AND state < 'active' AND NOT blocked AND start_after <= now()
         ORDER BY priority DESC, created_on LIMIT $2 FOR UPDATE SKIP LOCKED)
    UPDATE pgboss.job_common j SET state = 'active', started_on = now(), heartbeat_on = now()
      FROM due WHERE j.name = $1 AND j.id = due.id RETURNING j.id, j.data::text";

const COMPLETE: &str = "
    UPDATE pgboss.job_common j SET state = 'completed', completed_on = now()
      FROM unnest($2::uuid[]) AS done(id) WHERE j.name = $1 AND j.id = done.id AND j.state = 'active'";

/// Drains the queue with this many loops at once, each on a connection of its own.
pub(crate) async fn drain(
    url: &str,
    queue: &'static str,
    connections: usize,
) -> Result<Duration, Failure> {
    let mut loops = Vec::new();
    let begun = Instant::now();
    for _ in 0..connections {
        let connection = PgConnection::connect(url).await?;
        loops.push(tokio::spawn(drain_on(connection, queue)));
    }
    for one in loops {
        one.await??;
    }
    Ok(begun.elapsed())
}

async fn drain_on(mut connection: PgConnection, queue: &str) -> Result<(), Failure> {
    loop {
        let fetched: Vec<(Uuid, Option<String>)> = sqlx::query_as(FETCH)
            .bind(queue)
            .bind(i64::try_from(BATCH)?)
            .fetch_all(&mut connection)
            .await?;
        if fetched.is_empty() {
            return Ok(connection.close().await?);
        }
        let ids: Vec<Uuid> = fetched.into_iter().map(|(id, _)| id).collect();
        sqlx::query(COMPLETE)
            .bind(queue)
            .bind(ids)
            .execute(&mut connection)
            .await?;
    }
}
