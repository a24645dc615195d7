//! Jobs by `send` and `insert`.

use std::collections::BTreeMap;

use jobs_pg::{ErrorKind, JobOptions};
use serde_json::{Value, json};

use super::{Both, id};

#[tokio::test]
async fn case_22_node_fetches_each_of_a_thousand_jobs_of_one_insert_once() {
    let Some(both) = Both::new().await else {
        return;
    };
    let ours = both.ours().await;
    for partition in [false, true] {
        let queue = format!("numbers_{partition}");
        both.queue(&queue, json!({ "partition": partition })).await;
        let jobs = (0..1000).map(|n| (n, JobOptions::new().priority(n % 7)));
        let receipts = ours.insert(&queue, jobs).await.unwrap();
        let sent: BTreeMap<_, _> = receipts
            .iter()
            .zip(0..)
            .map(|(receipt, n)| (receipt.id, json!(n)))
            .collect();
        assert!(sent.len() == 1000 && receipts.iter().all(|receipt| receipt.is_new));
        let mut seen = BTreeMap::new();
        loop {
            let fetched = both.fetch(&queue, 300).await;
            if fetched.is_empty() {
                break;
            }
            for mut job in fetched {
                let twice = seen.insert(id(job["id"].as_str().unwrap()), job["data"].take());
                assert_eq!(twice, None);
            }
        }
        assert_eq!(seen, sent);
    }
    both.end(ours).await;
}

#[tokio::test]
async fn case_23_an_unknown_queue_is_an_error_and_a_transaction_of_the_callers_goes_on() {
    let Some(both) = Both::new().await else {
        return;
    };
    let ours = both.ours().await;
    let jobs = || [(1, JobOptions::new()), (2, JobOptions::new())];
    let mut transaction = ours.pool().begin().await.unwrap();
    let within = ours.insert("nobody", jobs()).within(&mut transaction);
    let within = within.await.unwrap_err();
    transaction.commit().await.unwrap();
    for error in [
        within,
        ours.insert("nobody", jobs()).await.unwrap_err(),
        ours.send("nobody", 1, JobOptions::new()).await.unwrap_err(),
    ] {
        assert_eq!(error.kind(), ErrorKind::NotFound);
        assert!(error.to_string().contains("`nobody`"), "{error}");
    }
    both.queue("mail", json!({})).await;
    let lost = ours
        .send("mail", 1, json!({ "deadLetter": "nobody" }))
        .await;
    assert_eq!(lost.unwrap_err().kind(), ErrorKind::NotFound);
    assert_eq!(
        both.value::<i64>("SELECT count(*) FROM pgboss.job").await,
        0
    );
    both.end(ours).await;
}

#[tokio::test]
async fn one_id_twice_in_an_insert_is_refused_by_both() {
    let Some(both) = Both::new().await else {
        return;
    };
    let ours = both.ours().await;
    both.queue("mail", json!({})).await;
    let same = json!({ "id": "6b1d3b1e-0000-4000-8000-000000000001" });
    let refused = ours
        .insert("mail", [(1, same.clone()), (2, same.clone())])
        .await;
    assert_eq!(refused.unwrap_err().kind(), ErrorKind::BadInput);
    let by_node = both
        .boss
        .try_call("insert", json!(["mail", [same, same]]))
        .await;
    assert!(by_node.is_err());
    assert_eq!(both.rows("mail").await, [] as [Value; 0]);
    both.end(ours).await;
}

#[tokio::test]
async fn a_receipt_names_the_job_that_kept_another_out() {
    let Some(both) = Both::new().await else {
        return;
    };
    let ours = both.ours().await;
    both.queue("mail", json!({})).await;
    let standing = both
        .send(
            "mail",
            json!(1),
            json!({ "singletonKey": "k", "singletonSeconds": 1_000_000_000 }),
        )
        .await;
    let throttled = || JobOptions::new().singleton_key("k").throttle(1_000_000_000);
    let receipts = ours
        .insert("mail", [(2, throttled()), (3, JobOptions::new())])
        .await
        .unwrap();
    assert_eq!((receipts[0].is_new, receipts[0].id), (false, id(&standing)));
    assert!(receipts[1].is_new);
    assert_eq!(both.rows("mail").await.len(), 2);
    both.end(ours).await;
}
