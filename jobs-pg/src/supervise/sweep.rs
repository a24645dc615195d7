//! Attempts that took too long, or whose worker is dead, are ended. Any process may do this at any time: the rows decide.

use std::collections::{BTreeSet, HashMap};

use sqlx::{Connection, PgConnection};
use uuid::Uuid;

use super::continuity::Continuity;
use crate::crash::{AfterCrash, after_crash, runs_alone};
use crate::store::{Failed, OverdueAttempt, Store};
use pg_boss::jitter;

/// How many attempts one transaction ends.
const BATCH: i64 = 1000;

/// The output of an attempt that took too long, in pg-boss's words.
const TIMED_OUT: &str = r#"{"value":{"message":"job timed out"}}"#;

/// Ends every overdue attempt in these queues or in all. Returns whether there was one. With `continuity`, a lost heartbeat counts
/// only after a time in which it could have come; without, the caller has decided.
pub(super) async fn sweep(
    store: &Store,
    queues: Option<&[String]>,
    continuity: Option<&Continuity>,
) -> sqlx::Result<bool> {
    let watched = continuity.map(Continuity::seconds);
    let tables = store.overdue(queues, watched).await?;
    for table in &tables {
        let name = &table.table_name;
        if table.expired {
            while end_expired(store, name).await? == BATCH {}
        }
        if table.silent {
            let can_count = store.make_own().await?;
            while end_lost(store, name, continuity, can_count).await? == BATCH {}
        }
    }
    Ok(!tables.is_empty())
}

/// Ends attempts that took longer than they may. Returns how many there were.
async fn end_expired(store: &Store, table: &str) -> sqlx::Result<i64> {
    let mut transaction = store
        .begin_locked(&format!("{table}failJobsByTimeout"))
        .await?;
    let attempts = store.take_expired(&mut transaction, table, BATCH).await?;
    let fences: Vec<_> = attempts.iter().map(OverdueAttempt::attempt).collect();
    let crashes = store.crashes(&fences).await?;
    let failed = attempts.iter().map(|attempt| Failed {
        crashes: crashes.get(&attempt.key()).copied().unwrap_or_default(),
        ..Failed::new(&attempt.attempt(), TIMED_OUT.to_owned())
    });
    let ended = store.fail_held(&mut transaction, failed.collect()).await?;
    transaction.commit().await?;
    report(&attempts, &ended, "a job timed out");
    Ok(count(&attempts))
}

/// Ends attempts whose heartbeat was lost. Returns how many there were.
async fn end_lost(
    store: &Store,
    table: &str,
    continuity: Option<&Continuity>,
    can_count: bool,
) -> sqlx::Result<i64> {
    let mut transaction = store
        .begin_locked(&format!("{table}failJobsByHeartbeat"))
        .await?;
    // Only now: waiting for the lock may have shown a gap.
    let watched = continuity.map(Continuity::seconds);
    let attempts = store
        .take_silent(&mut transaction, table, BATCH, watched)
        .await?;
    if attempts.is_empty() {
        return Ok(0);
    }
    let crashes = match can_count {
        true => record(store, &mut transaction, &attempts).await?,
        false => HashMap::new(),
    };
    let failed = attempts.iter().map(|attempt| {
        let crashes = crashes.get(&attempt.key()).copied();
        let OverdueAttempt {
            retry_count,
            retry_limit,
            ..
        } = *attempt;
        let AfterCrash {
            for_good,
            output,
            extra_delay,
        } = after_crash(crashes, retry_count, retry_limit, jitter::chance());
        Failed {
            for_good,
            crashes: crashes.unwrap_or_default(),
            extra_delay,
            ..Failed::new(&attempt.attempt(), output)
        }
    });
    let ended = store.fail_held(&mut transaction, failed.collect()).await?;
    transaction.commit().await?;
    let queues: BTreeSet<&str> = attempts.iter().map(|attempt| &*attempt.name).collect();
    let alone = crashes.values().filter(|crashes| runs_alone(**crashes));
    tracing::warn!(
        jobs = attempts.len(),
        ?queues,
        run_alone = alone.count(),
        "workers died or stopped sending heartbeats while they ran jobs"
    );
    report(&attempts, &ended, "a job was lost with its worker");
    Ok(count(&attempts))
}

/// Counts the crashes of jobs. What goes wrong there does not keep the attempts from being ended.
async fn record(
    store: &Store,
    connection: &mut PgConnection,
    attempts: &[OverdueAttempt],
) -> sqlx::Result<HashMap<(String, Uuid), i32>> {
    let lost: Vec<_> = attempts.iter().map(OverdueAttempt::attempt).collect();
    let mut savepoint = connection.begin().await?;
    match store.record_crashes(&mut savepoint, &lost).await {
        Ok(crashes) => savepoint.commit().await.map(|()| crashes),
        Err(error) if error.as_database_error().is_some() => {
            tracing::warn!(%error, "crashes of processes cannot be counted");
            savepoint.rollback().await.map(|()| HashMap::new())
        }
        Err(error) => Err(error),
    }
}

/// One event for each attempt: a job that has failed for good is a warning.
fn report(attempts: &[OverdueAttempt], ended: &[(Uuid, Option<f64>)], what: &str) {
    let next: HashMap<Uuid, Option<f64>> = ended.iter().copied().collect();
    for attempt in attempts {
        let (queue, id) = (&attempt.name, attempt.id);
        let number = i64::from(attempt.retry_count) + 1;
        match next.get(&id) {
            Some(Some(seconds)) => {
                tracing::info!(%queue, %id, attempt = number, again_in_seconds = seconds, "{what}; it runs again");
            }
            Some(None) => {
                tracing::warn!(%queue, %id, attempt = number, "{what}; it has failed for good");
            }
            None => {}
        }
    }
}

fn count(attempts: &[OverdueAttempt]) -> i64 {
    i64::try_from(attempts.len()).unwrap_or(i64::MAX)
}
