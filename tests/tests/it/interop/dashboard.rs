//! pg-boss's dashboard on a schema of ours, in a real browser: it shows what is there, and its buttons do what they say.
//!
//! Its newest release, 1.9.0, carries pg-boss 12.33 inside, which refuses every schema but its own, 42, for the page of a job
//! and for all buttons but Retry; that is so on a schema of pg-boss 12.38's as well. Those are shown on 42, with ours at work on it.

mod shop;

use std::sync::atomic::Ordering;

use jobs_pg::prelude::*;
use jobs_pg::{ErrorKind, Job, JobState};
use serde_json::{Value, json};
use tests::{BOUND, eventually};
use tokio::time::timeout;

use shop::Shop;

/// The schema of the pg-boss inside the dashboard.
const ITS_VERSION: i32 = 42;

#[tokio::test]
async fn the_dashboard_shows_our_queues_jobs_and_schedules_and_retries() {
    let Some(shop) = Shop::open().await else {
        return;
    };
    shop.desk.has_mailbox.store(true, Ordering::Relaxed);
    let rows = "tbody tr";
    let seen = shop
        .see(json!([
            ["open", "/queues"],
            ["read", rows],
            ["shoot", "dashboard-queues.png"],
            ["open", "/queues/shop_mail?state=all"],
            ["read", rows],
            ["open", "/jobs?state=active"],
            ["read", rows],
            ["open", "/schedules"],
            ["read", rows],
            ["open", "/"],
            ["read", "h1"],
            ["open", "/warnings"],
            ["read", "h1"],
            ["open", "/queues/shop_mail?state=failed"],
            ["press", "Job actions"],
            ["choose", "Retry"],
            ["see", "No jobs found"],
        ]))
        .await;
    let [queues, mails, active, schedules, overview, warnings] = &seen[..] else {
        panic!("{seen:?}");
    };
    // Queued, deferred, ready, active, failed, in all: as our monitor counted them.
    let expected = [
        "shop_invoice standard 0 0 0 0 0 3 Shared Idle",
        "shop_mail standard 1 1 0 0 1 3 Shared Idle",
        "shop_report standard 0 0 0 1 0 1 Shared Processing",
        "shop_undelivered standard 1 0 1 0 0 1 Shared Idle",
    ];
    assert_eq!(*queues, expected);
    let states = [
        (&shop.cancelled, "cancelled"),
        (&shop.later, "created"),
        (&shop.undelivered, "failed"),
    ];
    assert_eq!(mails.len(), states.len());
    for (job, state) in states {
        let row = format!("{} {state} ", job.job_id);
        assert!(mails.iter().any(|mail| mail.starts_with(&row)), "{mails:?}");
    }
    assert!(
        active[0].starts_with(&format!("{} shop_report active", shop.report.job_id)),
        "{active:?}"
    );
    assert!(
        schedules[0].starts_with("shop_report nightly 30 4 * * MON-FRI"),
        "{schedules:?}"
    );
    assert!(schedules[0].ends_with("Europe/Berlin"), "{schedules:?}");
    assert_eq!(
        (overview[0].as_str(), warnings[0].as_str()),
        ("Overview", "Warnings")
    );
    let retried = timeout(BOUND, shop.undelivered.output()).await.unwrap();
    assert_eq!(retried.unwrap(), "sent to nobody@example.org");
    shop.ours.stop().await.unwrap();
}

#[tokio::test]
async fn the_dashboard_shows_a_job_of_ours_and_its_buttons_do_what_they_say() {
    let Some(shop) = Shop::open().await else {
        return;
    };
    shop.back_to(ITS_VERSION).await;
    shop.desk.has_mailbox.store(true, Ordering::Relaxed);
    let seen = shop
        .see(json!([
            ["open", page_of(&shop.invoices[0])],
            ["read", "pre"],
            ["shoot", "dashboard-job.png"],
            ["open", page_of(&shop.undelivered)],
            ["read", "pre"],
            ["post", "Retry"],
            ["open", page_of(&shop.cancelled)],
            ["post", "Resume"],
            ["open", "/queues/shop_mail?state=created"],
            ["see", shop.later.job_id],
            ["open", page_of(&shop.later)],
            ["press", "Cancel"],
            ["post", "Cancel Job"],
            ["open", page_of(&shop.report)],
            ["press", "Cancel"],
            ["post", "Cancel Job"],
            ["open", page_of(&shop.invoices[0])],
            ["press", "Delete"],
            ["post", "Delete"],
            ["arrive", "/queues/shop_invoice"],
            // The menu beside a job of the list.
            ["open", "/queues/shop_undelivered?state=created"],
            ["press", "Job actions"],
            ["choose", "Cancel"],
            ["post", "Cancel Job"],
        ]))
        .await;
    let read = |text: &String| serde_json::from_str::<Value>(text).unwrap();
    let [input, output, failed_input, failure] =
        &seen.concat().iter().map(read).collect::<Vec<_>>()[..]
    else {
        panic!("{seen:?}");
    };
    assert_eq!(*input, json!({ "order": 1, "customer": "Ada" }));
    assert_eq!(*output, json!({ "number": "2031-00001", "pages": 2 }));
    assert_eq!(*failed_input, json!({ "to": "nobody@example.org" }));
    assert_eq!(failure["message"], "there is no such mailbox");
    let retried = timeout(BOUND, shop.undelivered.output()).await.unwrap();
    assert_eq!(retried.unwrap(), "sent to nobody@example.org");
    assert_eq!(state(&shop.cancelled).await, JobState::Created);
    assert_eq!(state(&shop.later).await, JobState::Cancelled);
    // X5: it reaches the function that runs.
    timeout(BOUND, shop.desk.called_off.notified())
        .await
        .unwrap();
    assert_eq!(state(&shop.report).await, JobState::Cancelled);
    let deleted = shop.invoices[0].pg_boss().details().await.unwrap_err();
    assert_eq!(deleted.kind(), ErrorKind::NotFound);
    let dead_letter = "SELECT state::text FROM pgboss.job WHERE name = 'shop_undelivered'";
    assert_eq!(shop.value::<String>(dead_letter).await, "cancelled");
    shop.ours.stop().await.unwrap();
}

#[tokio::test]
async fn the_dashboards_forms_make_queues_jobs_and_schedules_beside_ours() {
    let Some(shop) = Shop::open().await else {
        return;
    };
    shop.back_to(ITS_VERSION).await;
    shop.see(json!([
        ["open", "/queues/create"],
        ["fill", "#queueName", "shop_returns"],
        ["post", "Create Queue"],
        ["arrive", "/queues/shop_returns"],
        ["open", "/send?queue=shop_mail"],
        ["fill", "#data", "{\"to\": \"linus@example.org\"}"],
        ["post", "Send Job"],
        ["arrive", "/queues/shop_mail"],
        ["open", "/schedules/new"],
        ["fill", "#queueSearch", "shop_mail"],
        ["press", "shop_mail"],
        ["fill", "#cron", "0 12 * * *"],
        ["fill", "#timezone", "Europe/Oslo"],
        ["post", "Schedule Job"],
        ["arrive", "/schedules"],
        ["shoot", "dashboard-schedules.png"],
        ["open", "/schedules/shop_report/nightly"],
        ["press", "Unschedule"],
        ["post", "Unschedule"],
        ["arrive", "/schedules"],
    ]))
    .await;
    let queue = "SELECT policy FROM pgboss.queue WHERE name = 'shop_returns'";
    assert_eq!(shop.value::<String>(queue).await, "standard");
    eventually("ours works the job that was sent", async || {
        let sent = "SELECT count(*) = 1 FROM pgboss.job WHERE name = 'shop_mail' AND state = 'completed' \
                       AND output->>'value' = 'sent to linus@example.org'";
        shop.value(sent).await
    })
    .await;
    let schedules =
        "SELECT string_agg(concat_ws(' ', name, cron, timezone), ', ') FROM pgboss.schedule";
    assert_eq!(
        shop.value::<String>(schedules).await,
        "shop_mail 0 12 * * * Europe/Oslo"
    );
    shop.ours.stop().await.unwrap();
}

fn page_of<J: Job<Executor = PgBoss>>(job: &SubmittedJob<J>) -> String {
    format!("/queues/{}/jobs/{}", job.job_name, job.job_id)
}

async fn state<J: Job<Executor = PgBoss>>(job: &SubmittedJob<J>) -> JobState {
    job.pg_boss().details().await.unwrap().state
}
