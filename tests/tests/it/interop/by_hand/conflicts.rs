//! Dead letters that their destination's policy has no place for.

use jobs_pg::JobOptions;
use jobs_pg::operation::Redrive;
use serde_json::{Value, json};

use super::dead_letters::fail_by_node;
use super::{Both, changes};

#[tokio::test]
async fn case_43_a_letter_that_has_no_place_at_home_stays_as_failed() {
    let Some(both) = Both::new().await else {
        return;
    };
    let ours = both.ours().await;
    let mut ends = Vec::new();
    for by_us in [true, false] {
        let [queue, dead] = ["mail", "dead"].map(|name| format!("{name}_{by_us}"));
        both.queue(&dead, json!({})).await;
        both.queue(&queue, json!({ "policy": "exclusive", "deadLetter": dead }))
            .await;
        fail_by_node(&both, &queue, json!(1), json!({ "singletonKey": "k" })).await;
        fail_by_node(&both, &queue, json!(2), json!({})).await;
        // Another takes the place of the first meanwhile.
        both.send(&queue, json!(3), json!({ "singletonKey": "k" }))
            .await;
        let before = both.rows(&dead).await;
        match by_us {
            true => {
                let redriven = ours.redrive(&dead, Redrive::new()).await.unwrap();
                assert_eq!((redriven.moved, redriven.refused), (1, 1));
            }
            false => assert_eq!(both.boss.call("redrive", json!([dead, {}])).await, 1),
        }
        let after = both.rows(&dead).await;
        assert_eq!(after.len(), 1);
        assert_eq!(after[0]["output"]["reason"], "redrive_conflict");
        assert_eq!(after[0]["output"]["destination"], json!(queue));
        let mut row = changes(after[0].clone(), &before[0]);
        let output = row["output"].as_object_mut().unwrap();
        // Each says it in its own words.
        assert!(
            output
                .remove("message")
                .unwrap()
                .as_str()
                .unwrap()
                .contains(&queue)
        );
        output.remove("destination");
        for column in ["source_name", "source_id", "source_root_id"] {
            row[column] = Value::Null;
        }
        ends.push(row);
    }
    assert_eq!(ends[0], ends[1]);
    both.end(ours).await;
}

#[tokio::test]
async fn case_43_of_strict_letters_without_a_place_one_of_a_key_is_failed() {
    let Some(both) = Both::new().await else {
        return;
    };
    let ours = both.ours().await;
    both.queue("short", json!({ "policy": "short" })).await;
    let mut ends = Vec::new();
    for by_us in [true, false] {
        let dead = format!("dead_{by_us}");
        both.queue(&dead, json!({ "policy": "key_strict_fifo" }))
            .await;
        for key in ["k", "free", "k", "k"] {
            both.send(&dead, json!(1), json!({ "singletonKey": key }))
                .await;
        }
        ours.send("short", 1, JobOptions::new().singleton_key("k"))
            .await
            .unwrap();
        let to_short = || Redrive::new().to("short");
        for (moved, refused) in [(1, 1), (0, 0)] {
            match by_us {
                true => {
                    let redriven = ours.redrive(&dead, to_short()).await.unwrap();
                    assert_eq!((redriven.moved, redriven.refused), (moved, refused));
                }
                false => {
                    let options = json!({ "destination": "short" });
                    assert_eq!(
                        both.boss.call("redrive", json!([dead, options])).await,
                        moved
                    );
                }
            }
        }
        let rows = both.rows(&dead).await;
        ends.push(
            rows.iter()
                .map(|row| row["state"].clone())
                .collect::<Vec<_>>(),
        );
        both.boss.call("deleteAllJobs", json!(["short"])).await;
    }
    assert_eq!(
        ends,
        [["failed", "created", "created"]; 2]
            .map(|states| states.map(|state| json!(state)).to_vec())
    );
    both.end(ours).await;
}
