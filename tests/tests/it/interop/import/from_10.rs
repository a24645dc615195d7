//! From pg-boss 10.4.2, which had queues with policies.

use std::collections::HashMap;

use jobs_pg::operation::ImportKind::*;
use jobs_pg::operation::{Import, SkippedReason};
use serde_json::json;

use super::{Imported, added};

#[tokio::test]
async fn jobs_of_pg_boss_10_come_over_once() {
    let Some(it) = Imported::seeded(10, "im_send_mail").await else {
        return;
    };
    let old = it.old().await;
    let report = it.import("old_jobs".into()).await;
    assert_eq!((report.version, report.kept_out()), (24, 0), "{report}");
    // Two failed for good, and each left a copy in the dead letter queue.
    let all = [
        (Waiting, 6),
        (Retry, 2),
        (Active, 2),
        (Completed, 1),
        (Cancelled, 1),
        (Failed, 2),
        (Archived, 2),
        (Schedule, 1),
        (Subscription, 1),
        (DeadLetter, 1),
    ];
    assert_eq!(added(&report), HashMap::from(all), "{report}");
    assert!(
        report
            .left_behind
            .iter()
            .all(|left| left.reason == SkippedReason::Internal)
    );
    assert_eq!(it.old().await, old);

    assert_jobs(&it).await;
    assert_queues(&it).await;
    it.is_worked("im_send_mail", &["waiting", "retry", "active"])
        .await;
    it.adds_nothing_again(Import::from("old_jobs"), &report)
        .await;
}

async fn assert_jobs(it: &Imported) {
    it.assert_rows(json!({
        "waiting": {
            "state": "created", "data": { "label": "waiting" }, "priority": 5, "retry_limit": 4, "retry_delay": 7,
            "retry_backoff": true, "expire_seconds": 60, "policy": "standard", "dead_letter": "im_grave"
        },
        "retry": { "state": "retry", "retry_limit": 3, "output": { "label": "retry" } },
        "active": { "state": "retry", "retry_limit": 2, "retry_count": 0, "expire_seconds": 7200 },
        "failed": { "state": "failed", "output": { "label": "failed" } },
        "archived": { "state": "completed", "output": { "label": "archived" } },
        "outlived": { "state": "cancelled" },
        "short": { "state": "created", "policy": "short" },
        "statelyWaiting": { "state": "created", "policy": "stately", "singleton_key": "s" },
        "statelyRetry": { "state": "retry", "policy": "stately", "singleton_key": "s" },
        "statelyActive": { "state": "retry", "policy": "standard", "singleton_key": "s" }
    }))
    .await;
    it.assert_true("slotFreed", "singleton_on IS NOT NULL")
        .await;
}

async fn assert_queues(it: &Imported) {
    let queues = it
        .value(
            "SELECT jsonb_object_agg(name, jsonb_build_array(policy, retry_limit, expire_seconds, retention_seconds, dead_letter)) \
             FROM pgboss.queue WHERE name LIKE 'im_%'",
        )
        .await;
    let expected = json!({
        "im_grave": ["standard", 2, 900, 600, null],
        "im_send_mail": ["standard", 1, 60, 1_209_600, "im_grave"],
        "im_short": ["short", 2, 900, 1_209_600, null],
        "im_stately": ["stately", 2, 900, 1_209_600, null]
    });
    assert_eq!(queues, expected);
}
