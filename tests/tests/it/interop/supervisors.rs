//! Two supervisors on one schema, Node's and ours, as busy as they can be.

use std::env;
use std::time::Duration;

use jobs_pg::prelude::*;
use serde_json::{Value, json};
use tokio::time::{Instant, MissedTickBehavior, interval};

use super::{Both, quiet, start};

/// How long the supervisors work side by side, in seconds.
const LENGTH: &str = "JOBS_SUPERVISORS_SECONDS";

/// The queues whose jobs Node sends and fetches; the last has a table of its own.
const QUEUES: [&str; 3] = ["up_busy_one", "up_busy_two", "up_busy_apart"];

/// Notes each failure of a job as it is written, in order.
const NOTE_FAILURES: &str = "
CREATE TABLE public.failures (
    number int GENERATED ALWAYS AS IDENTITY, name text, id uuid, retry_count int, state text, message text, output jsonb);
CREATE FUNCTION public.note() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    INSERT INTO public.failures (name, id, retry_count, state, message, output)
    VALUES (NEW.name, NEW.id, NEW.retry_count, NEW.state, NEW.output #>> '{value,message}', NEW.output);
    RETURN NULL;
END $$;
CREATE TRIGGER note_written AFTER INSERT ON pgboss.job
   FOR EACH ROW WHEN (NEW.state IN ('retry', 'failed')) EXECUTE FUNCTION public.note();
CREATE TRIGGER note_changed AFTER UPDATE ON pgboss.job
   FOR EACH ROW WHEN (NEW.state IN ('retry', 'failed') AND OLD.state <> NEW.state) EXECUTE FUNCTION public.note();";

/// Attempts that a supervisor has ended after they had failed already.
const FAILED_TWICE: &str = "
SELECT count(*) FROM public.failures late
  JOIN public.failures early USING (id, retry_count)
 WHERE early.number < late.number AND late.message IN ('job timed out', 'job heartbeat timeout')";

/// Does what its input says: ends well, fails, or goes on beyond its time.
#[job(executor = PgBoss, worker(concurrency = 20),
      options(retry_limit = 1, retry_delay = 0, expire_in = 2, delete_after = 2, retention = 30, dead_letter = "up_busy_dead"))]
async fn up_busy(input: u32) -> Result<(), JobError> {
    match input % 3 {
        0 => Ok(()),
        1 => Err(JobError::from(std::io::Error::other("no"))),
        _ => std::future::pending().await,
    }
}

/// With `JOBS_SUPERVISORS_SECONDS=600` the two work side by side for ten minutes; without it, for half a minute.
#[tokio::test]
async fn case_54_two_supervisors_never_lock_each_other_out_and_fail_nothing_twice() {
    let every = json!({
        "supervise": true, "superviseIntervalSeconds": 1, "monitorIntervalSeconds": 1, "maintenanceIntervalSeconds": 1,
        "flowIntervalSeconds": 1, "persistQueueStats": true, "persistWarnings": true, "warningQueueSize": 5,
    });
    let Some(both) = Both::with(every).await else {
        return;
    };
    both.execute(NOTE_FAILURES).await;
    for queue in QUEUES {
        let options = json!({
            "partition": queue == "up_busy_apart", "retryLimit": 1, "retryDelay": 0, "expireInSeconds": 2,
            "heartbeatSeconds": 10, "deleteAfterSeconds": 2, "retentionSeconds": 30,
        });
        both.queue(queue, options).await;
    }
    let second = Duration::from_secs(1);
    let ours = quiet(&both.database)
        .supervise(true)
        .supervise_interval(second)
        .monitor_interval(second)
        .maintenance_interval(second)
        .flow_interval(second)
        .persist_queue_stats(true)
        .persist_warnings(true);
    let ours = start(ours.only::<UpBusy>()).await;
    let length = env::var(LENGTH)
        .ok()
        .map_or(30, |seconds| seconds.parse().unwrap());
    let until = Instant::now() + Duration::from_secs(length);
    let mut pace = interval(Duration::from_millis(200));
    pace.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut round = 0;
    while Instant::now() < until {
        pace.tick().await;
        for queue in QUEUES {
            keep_busy(&both, queue).await;
        }
        UpBusy::run_now()
            .on(&ours)
            .submit_many([round, round + 1, round + 2])
            .await
            .unwrap();
        round += 1;
    }
    assert_eq!(both.value::<i64>(FAILED_TWICE).await, 0);
    // That there was something to agree about.
    let failures =
        "SELECT count(*) FROM public.failures WHERE name = $1 AND message = 'job timed out'";
    for queue in QUEUES {
        let ended = sqlx::query_scalar::<_, i64>(failures).bind(queue);
        let ended = ended.fetch_one(both.database.pool()).await.unwrap();
        assert!(ended > 10, "{queue}: {ended}");
    }
    let counted = "SELECT count(DISTINCT name) FROM pgboss.queue_stats WHERE total_count > 0";
    assert!(both.value::<i64>(counted).await >= 4);
    both.database.assert_not_logged("deadlock");
    both.end(ours).await;
}

/// Lets Node send jobs, fetch some and end them in every way: complete, fail, leave alone and cancel.
async fn keep_busy(both: &Both, queue: &str) {
    let jobs: Vec<Value> = (0..8).map(|number| json!({ "data": number })).collect();
    let sent = json!([queue, jobs, { "returnId": true }]);
    let ids = both.boss.call("insert", sent).await;
    both.boss
        .call("cancel", json!([queue, [ids[0], ids[1]]]))
        .await;
    let fetched: Vec<Value> = both
        .fetch(queue, 7)
        .await
        .iter()
        .map(|job| json!({ "id": job["id"], "retryCount": job["retryCount"] }))
        .collect();
    let [completed, failed, cancelled] =
        [0..2, 2..4, 4..5].map(|some| fetched.get(some).unwrap_or_default().to_vec());
    both.boss.call("complete", json!([queue, completed])).await;
    both.boss
        .call("fail", json!([queue, failed, { "message": "no" }]))
        .await;
    if let Some(job) = cancelled.first() {
        both.boss.call("cancel", json!([queue, job["id"]])).await;
    }
}
