//! What a stop of ours leaves to Node.

use std::time::Duration;

use jobs_pg::prelude::*;
use serde_json::{Value, json};

use super::{Both, quiet, start};

#[job(executor = PgBoss)]
async fn ih_endless(_input: Value) {
    std::future::pending::<()>().await;
}

#[tokio::test]
async fn case_48_what_ours_was_running_when_it_stopped_is_nodes_to_fetch() {
    let Some(both) = Both::new().await else {
        return;
    };
    let working = quiet(&both.database).only::<IhEndless>();
    let ours = start(working.stop_timeout(Duration::from_secs(8))).await;
    let sent = both
        .send("ih_endless", json!(1), json!({ "retryLimit": 0 }))
        .await;
    both.row_in("active", &sent).await;
    ours.stop().await.unwrap();
    // No attempt was counted, so the only one is left.
    let row = both.row(&sent).await;
    assert_eq!(
        (&row["state"], &row["retry_count"], &row["started_on"]),
        (&json!("created"), &json!(0), &Value::Null)
    );
    let fetched = both.fetch("ih_endless", 1).await;
    assert_eq!(
        (&fetched[0]["id"], &fetched[0]["retryCount"]),
        (&json!(sent), &json!(0))
    );
    both.end(ours).await;
}
