//! From pg-boss 8.4.2, which had no queues.

use std::collections::HashMap;

use jobs_pg::ErrorKind;
use jobs_pg::operation::ImportKind::*;
use jobs_pg::operation::{Import, SkippedReason};
use serde_json::json;

use super::{Imported, added};

#[tokio::test]
async fn jobs_of_pg_boss_8_come_over_once() {
    let Some(it) = Imported::seeded(8, "send mail").await else {
        return;
    };
    let old = it.old().await;
    let refused = it.boss.import_from("old_jobs").await.unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::BadInput);
    assert!(refused.to_string().contains("\"send mail\""), "{refused}");
    let import = Import::from("old_jobs").rename("send mail", "im_send_mail");
    let tried = it.import(import.clone().dry_run()).await;
    assert_eq!(it.everything().await, json!([null, null, null]));

    let report = it.import(import.clone()).await;
    assert_eq!((report.version, report.kept_out()), (20, 0), "{report}");
    assert_eq!(report.counts, tried.counts);
    assert_eq!(report.queues_created, ["im_send_mail"]);
    let jobs = [
        (Waiting, 7),
        (Retry, 1),
        (Active, 2),
        (Completed, 2),
        (Cancelled, 1),
        (Failed, 2),
        (Expired, 1),
        (Archived, 2),
    ];
    let all = jobs.into_iter().chain([(Schedule, 1), (Subscription, 1)]);
    assert_eq!(added(&report), HashMap::from_iter(all), "{report}");
    let left = |reason| report.left_behind.iter().any(|left| left.reason == reason);
    assert!(left(SkippedReason::Internal), "{report}");
    assert!(left(SkippedReason::CompletionJob), "{report}");
    assert!(left(SkippedReason::WishForCompletionJob), "{report}");
    assert_eq!(it.old().await, old);

    assert_jobs(&it).await;
    assert_schedule(&it).await;
    let waiting = [
        "waiting",
        "retry",
        "active",
        "keyed",
        "queueActive",
        "queueWaiting",
        "resumed",
        "slotTaken",
    ];
    it.is_worked("im_send_mail", &waiting).await;
    it.adds_nothing_again(import, &report).await;
}

async fn assert_jobs(it: &Imported) {
    it.assert_rows(json!({
        "waiting": {
            "name": "im_send_mail", "state": "created", "data": { "label": "waiting" }, "priority": 5, "retry_limit": 4,
            "retry_count": 0, "retry_delay": 7, "retry_backoff": true, "expire_seconds": 900, "policy": "standard",
            "completed_on": null, "output": null
        },
        "retry": { "state": "retry", "retry_limit": 3, "output": { "label": "retry" } },
        "active": { "state": "retry", "retry_limit": 2, "retry_count": 0, "expire_seconds": 7200 },
        "completed": { "state": "completed", "output": { "label": "completed" } },
        "cancelled": { "state": "cancelled", "started_on": null },
        "expired": { "state": "failed", "output": { "value": { "message": "job timed out" } } },
        "archived": { "state": "completed", "output": { "label": "archived" } },
        "outlived": { "state": "cancelled" },
        "resumed": { "state": "created", "started_on": null },
        "keyed": { "state": "created", "policy": "exclusive", "singleton_key": "k" },
        "queueActive": { "state": "retry", "policy": "short", "singleton_key": "q" },
        "queueWaiting": { "state": "created", "policy": "short", "singleton_key": "q" },
        "slotFreed": { "state": "failed", "singleton_on": null }
    }))
    .await;
    it.assert_true("waiting", "keep_until = start_after + interval '14 days'")
        .await;
    it.assert_true("deferred", "start_after = created_on + interval '1 hour'")
        .await;
    it.assert_true("slotTaken", "singleton_on IS NOT NULL")
        .await;
    // It ended a day ago, and is kept for a week from now.
    let kept = "completed_on < now() - interval '23 hours' AND deletion_seconds >= 86400 + 604800";
    it.assert_true("archived", kept).await;
}

async fn assert_schedule(it: &Imported) {
    let schedule = it.value("SELECT to_jsonb(s) FROM pgboss.schedule s").await;
    assert_eq!(schedule["cron"], "0 3 1 1 *");
    assert_eq!(schedule["timezone"], "Europe/Berlin");
    assert_eq!(schedule["data"], json!({ "a": 1 }));
    let options = json!({
        "tz": "Europe/Berlin", "expireInSeconds": 7200, "retentionSeconds": 259_200, "priority": 2
    });
    assert_eq!(schedule["options"], options);
}
