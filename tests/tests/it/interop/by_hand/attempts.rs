//! The fence of an attempt: whoever lost a job changes nothing of it.

use jobs_pg::JobDetails;
use jobs_pg::operation::{FetchOptions, JobRef};
use serde_json::{Value, json};

use super::{Both, id};

#[tokio::test]
async fn case_41_nothing_that_ours_does_to_a_lost_attempt_counts() {
    let Some(both) = Both::new().await else {
        return;
    };
    let ours = both.ours().await;
    for partition in [false, true] {
        let queue = &format!("mail_{partition}");
        both.queue(queue, json!({ "partition": partition })).await;
        let sent = both.send(queue, json!(1), json!({})).await;
        let stale = ours.fetch(queue, FetchOptions::new()).await.unwrap();
        let told = both.boss.call("fail", json!([queue, sent])).await;
        assert_eq!(told["affected"], 1);
        let before_the_next = both.row(&sent).await;
        settle_in_vain(&both, &ours, queue, &stale, &before_the_next).await;
        assert_eq!(both.fetch(queue, 1).await[0]["retryCount"], 1);
        let running = both.row(&sent).await;
        settle_in_vain(&both, &ours, queue, &stale, &running).await;

        // The one that runs can be named too.
        let mut current = JobRef::from(id(&sent));
        current.retry_count = Some(1);
        assert_eq!(ours.touch(queue, current).await.unwrap().count(), 1);
        assert_eq!(
            ours.complete(queue, vec![current], "ours")
                .await
                .unwrap()
                .count(),
            1
        );
        assert_eq!(
            both.find(queue, &sent).await["output"],
            json!({ "value": "ours" })
        );
    }
    both.end(ours).await;
}

async fn settle_in_vain(
    both: &Both,
    ours: &jobs_pg::PgBoss,
    queue: &str,
    stale: &[JobDetails],
    row: &Value,
) {
    for vain in [
        ours.complete(queue, stale, "stale"),
        ours.complete_queued(queue, stale, "stale"),
        ours.fail(queue, stale, "stale"),
        ours.dead_letter(queue, stale, "stale"),
        ours.touch(queue, stale),
        ours.cancel(queue, stale),
        ours.delete_job(queue, stale),
    ] {
        let doing = format!("{vain:?}");
        let affected = vain.await.unwrap();
        assert_eq!((affected.requested, affected.count()), (1, 0), "{doing}");
    }
    assert_eq!(both.row(&stale[0].id.to_string()).await, *row);
}

#[tokio::test]
async fn case_41_nothing_that_node_does_to_an_attempt_that_ours_took_counts() {
    let Some(both) = Both::new().await else {
        return;
    };
    let ours = both.ours().await;
    both.queue("mail", json!({})).await;
    let sent = both.send("mail", json!(1), json!({})).await;
    assert_eq!(both.fetch("mail", 1).await[0]["retryCount"], 0);
    assert_eq!(
        ours.fail("mail", id(&sent), "taken").await.unwrap().count(),
        1
    );
    let held = ours.fetch("mail", FetchOptions::new()).await.unwrap();
    assert_eq!(held[0].retry_count, 1);
    let row = both.row(&sent).await;
    let stale = json!({ "id": sent, "retryCount": 0 });
    for (method, rest) in [
        ("complete", json!(["stale"])),
        ("fail", json!(["stale"])),
        ("touch", json!([])),
        ("cancel", json!([])),
        ("deleteJob", json!([])),
    ] {
        let mut args = json!(["mail", stale]);
        args.as_array_mut()
            .unwrap()
            .extend(rest.as_array().unwrap().clone());
        let told = both.boss.call(method, args).await;
        assert_eq!(
            (&told["requested"], &told["affected"]),
            (&json!(1), &json!(0)),
            "{method}"
        );
    }
    assert_eq!(both.row(&sent).await, row);
    assert_eq!(ours.complete("mail", &held, ()).await.unwrap().count(), 1);
    both.end(ours).await;
}
